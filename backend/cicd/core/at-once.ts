/** Files that are looked at or copied at the same time: one by one, 100,000 of them take minutes. */
export const filesAtOnce = 16;

/** Results in the order of the items, with at most so many tasks running. The first failure ends it. */
export async function mapAtOnce<T, R>(
    items: readonly T[],
    atMost: number,
    task: (item: T) => Promise<R>,
): Promise<readonly R[]> {
    const results = new Map<number, R>();
    const entries = items.entries();
    async function work(): Promise<void> {
        for (const [at, item] of entries) {
            results.set(at, await task(item));
        }
    }
    await Promise.all(Array.from({ length: Math.min(atMost, items.length) }, work));
    return [...results].sort(([a], [b]) => a - b).map(([, result]) => result);
}
