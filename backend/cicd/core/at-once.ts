/** Files that are looked at or copied at the same time: one by one, 100,000 of them take minutes. */
export const filesAtOnce = 16;

/**
 * Results in the order of the items, with at most so many tasks running. After the first failure no further task begins,
 * and it is thrown when those under way have ended: nothing goes on behind the caller's back.
 */
export async function mapAtOnce<T, R>(
    items: readonly T[],
    atMost: number,
    task: (item: T) => Promise<R>,
): Promise<readonly R[]> {
    const results = new Map<number, R>();
    const failures: unknown[] = [];
    const entries = items.entries();
    async function work(): Promise<void> {
        for (const [at, item] of entries) {
            if (failures.length > 0) {
                return;
            }
            try {
                results.set(at, await task(item));
            } catch (error) {
                failures.push(error);
            }
        }
    }
    await Promise.all(Array.from({ length: Math.min(atMost, items.length) }, work));
    if (failures.length > 0) {
        throw failures[0];
    }
    return [...results].sort(([a], [b]) => a - b).map(([, result]) => result);
}
