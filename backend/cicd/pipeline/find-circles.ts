/**
 * Names that lead to themselves, one circle for each group of them: `[a, b, a]`. Names that only lead to themselves at
 * once (`a → a`) and unknown ones do not count.
 */
export function findCircles(graph: ReadonlyMap<string, readonly string[]>): readonly (readonly string[])[] {
    const circles: string[][] = [];
    const done = new Set<string>();
    for (const start of graph.keys()) {
        const circle = done.has(start) ? undefined : walk(start, graph, done);
        if (circle !== undefined) {
            circles.push(circle);
        }
    }
    return circles;
}

/** Depth first, with a stack of its own. Everything it has left behind is `done`. */
function walk(start: string, graph: ReadonlyMap<string, readonly string[]>, done: Set<string>): string[] | undefined {
    const path: { readonly name: string; readonly next: string[] }[] = [
        { name: start, next: [...(graph.get(start) ?? [])] },
    ];
    let found: string[] | undefined;
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
        const following = top.next.shift();
        if (following === undefined) {
            done.add(top.name);
            path.pop();
            continue;
        }
        const index = path.findIndex(({ name }) => name === following);
        if (index >= 0 && following !== top.name) {
            found ??= [...path.slice(index).map(({ name }) => name), following];
        } else if (index < 0 && !done.has(following) && graph.has(following)) {
            path.push({ name: following, next: [...(graph.get(following) ?? [])] });
        }
    }
    return found;
}
