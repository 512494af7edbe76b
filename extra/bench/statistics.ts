/** The middle of the sorted values; of an even number of them the mean of the middle two. Throws for none. */
export function median(values: readonly number[]): number {
    const sorted = [...values].sort((a, b) => a - b);
    const upper = sorted[Math.floor(sorted.length / 2)];
    const lower = sorted[Math.floor((sorted.length - 1) / 2)];
    if (upper === undefined || lower === undefined) {
        throw new Error("no values");
    }
    return (lower + upper) / 2;
}

/** Median with the smallest and the largest value, as text: `412 (380–530)`. */
export function spread(values: readonly number[]): string {
    const [low, high] = [Math.min(...values), Math.max(...values)];
    return `${median(values).toFixed(0)} (${low.toFixed(0)}–${high.toFixed(0)})`;
}

/** The smallest value that at least this share of all values does not exceed. Throws for none. */
export function percentile(values: readonly number[], share: number): number {
    const sorted = [...values].sort((a, b) => a - b);
    const value = sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];
    if (value === undefined) {
        throw new Error("no values");
    }
    return value;
}
