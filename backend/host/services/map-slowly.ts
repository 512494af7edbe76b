/** The results in the order of what was given; never more than so many at work at once. */
export async function mapSlowly<T, R>(
    given: readonly T[],
    atOnce: number,
    work: (item: T) => Promise<R>,
): Promise<readonly R[]> {
    const results = new Map<number, R>();
    const waiting = given.entries();
    async function takeTurns(): Promise<void> {
        for (const [index, item] of waiting) {
            results.set(index, await work(item));
        }
    }
    await Promise.all(Array.from({ length: Math.min(atOnce, given.length) }, takeTurns));
    return [...results].sort(([a], [b]) => a - b).map(([, result]) => result);
}
