/** The one of `names` that is most like `name`, where any is so much alike that it may be meant. */
export function closest(name: string, names: readonly string[]): string | undefined {
    const given = name.toLowerCase().slice(0, 64);
    const allowed = Math.max(1, Math.floor(given.length / 3));
    const rated = names
        .map((candidate) => ({ candidate, distance: distanceOf(given, candidate.toLowerCase().slice(0, 64)) }))
        .filter(({ distance }) => distance <= allowed);
    return rated.sort((a, b) => a.distance - b.distance)[0]?.candidate;
}

/** "did you mean …?" where something is alike, else what there is. */
export function meant(name: string, names: readonly string[]): string {
    const found = closest(name, names);
    return found === undefined ? `there ${names.length === 1 ? "is" : "are"} ${list(names)}` : `did you mean ${found}?`;
}

function list(names: readonly string[]): string {
    return names.length === 0 ? "none" : names.slice(0, 30).join(", ");
}

/** How many characters have to be put in, taken out, replaced or swapped with the next. */
function distanceOf(from: string, to: string): number {
    let beforeLast: readonly number[] = [];
    let last: readonly number[] = Array.from({ length: to.length + 1 }, (_, index) => index);
    for (let row = 1; row <= from.length; row += 1) {
        const current = [row];
        for (let column = 1; column <= to.length; column += 1) {
            const same = from[row - 1] === to[column - 1];
            const replaced = stepsAt(last, column - 1) + (same ? 0 : 1);
            const moved = isSwap(from, row, to, column) ? stepsAt(beforeLast, column - 2) + 1 : Infinity;
            current.push(Math.min(stepsAt(current, column - 1) + 1, stepsAt(last, column) + 1, replaced, moved));
        }
        beforeLast = last;
        last = current;
    }
    return stepsAt(last, to.length);
}

function isSwap(from: string, row: number, to: string, column: number): boolean {
    return row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
}

function stepsAt(steps: readonly number[], index: number): number {
    return steps[index] ?? Infinity;
}
