/** The word that is written most alike; undefined where none is near. */
export function nearest(word: string, words: readonly string[]): string | undefined {
    const most = Math.max(1, Math.floor(word.length / 3));
    const near = words
        .map((candidate) => ({ candidate, distance: distance(word.toLowerCase(), candidate.toLowerCase()) }))
        .filter((one) => one.distance <= most)
        .sort((a, b) => a.distance - b.distance);
    return near[0]?.candidate;
}

/** How many letters must be put in, taken out, changed or swapped with their neighbour. */
function distance(from: string, to: string): number {
    let beforeLast: readonly number[] = [];
    let last: readonly number[] = Array.from({ length: to.length + 1 }, (_, column) => column);
    for (let row = 1; row <= from.length; row += 1) {
        const current = [row];
        for (let column = 1; column <= to.length; column += 1) {
            const same = from[row - 1] === to[column - 1] ? 0 : 1;
            const swapped = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
            current.push(
                Math.min(
                    (last[column] ?? 0) + 1,
                    (current[column - 1] ?? 0) + 1,
                    (last[column - 1] ?? 0) + same,
                    swapped ? (beforeLast[column - 2] ?? 0) + 1 : Infinity,
                ),
            );
        }
        beforeLast = last;
        last = current;
    }
    return last[to.length] ?? Infinity;
}
