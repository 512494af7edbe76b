/**
 * Finds the paths at and below a folder ("" for all), sorted. Asked for thousands of folders of 100,000 paths, looking
 * through all of them each time would take minutes.
 */
export function pathIndex(paths: Iterable<string>): (folder: string) => readonly string[] {
    const sorted = [...new Set(paths)].sort();
    return (folder) => {
        if (folder === "") {
            return sorted;
        }
        const own = firstFrom(sorted, folder);
        // What begins with "folder/" ends where "folder0" would stand: that is the next character.
        const below = sorted.slice(firstFrom(sorted, `${folder}/`), firstFrom(sorted, `${folder}0`));
        return sorted[own] === folder ? [folder, ...below] : below;
    };
}

/** Where the first path stands that is not before this one. */
function firstFrom(sorted: readonly string[], path: string): number {
    let [low, high] = [0, sorted.length];
    while (low < high) {
        const middle = Math.floor((low + high) / 2);
        const isBefore = (sorted[middle] ?? "") < path;
        [low, high] = isBefore ? [middle + 1, high] : [low, middle];
    }
    return low;
}
