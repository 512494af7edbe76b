import { composeFileNames, folderOf } from "../compose/find-compose-file.ts";

/** A folder with a compose file, and the name that its stack could have. */
interface FoundFolder {
    readonly composePath: string;
    /** "" for the repository's root. */
    readonly folder: string;
    readonly suggestedStack: string;
}

const mostFolders = 200;
const mostLevels = 8;
/** As on most file systems. */
const longestPath = 4096;
const longestName = 64;
const ranks: ReadonlyMap<string, number> = new Map(composeFileNames.map((name, rank) => [name, rank]));

interface FoundFiles {
    readonly files: readonly string[];
    /** How many folders were found beyond the limits. */
    readonly leftOut: number;
}

/** The compose files of a commit, one per folder, those near the root first: at most 200, at most 8 folders deep. */
export function composeFilesByFolder(paths: readonly string[]): FoundFiles {
    const chosen = new Map<string, string>();
    for (const path of paths.filter((one) => rankOf(one) !== undefined)) {
        const folder = folderOf(path);
        const known = chosen.get(folder);
        if (known === undefined || (rankOf(path) ?? 0) < (rankOf(known) ?? 0)) {
            chosen.set(folder, path);
        }
    }
    const files = [...chosen.values()]
        .filter((path) => path.length <= longestPath && levelsOf(path) <= mostLevels)
        .toSorted((a, b) => levelsOf(a) - levelsOf(b) || (a < b ? -1 : 1))
        .slice(0, mostFolders);
    return { files, leftOut: chosen.size - files.length };
}

/**
 * A stack's name for each compose file: the connected stack's own, else the folder's, else more of its path, else with
 * a number. Valid, and each only once.
 */
export function suggestStacks(
    files: readonly string[],
    given: { readonly repositoryName: string; readonly connected: ReadonlyMap<string, string> },
): readonly FoundFolder[] {
    const taken = new Set(given.connected.values());
    return files.map((composePath) => {
        const folder = folderOf(composePath);
        const suggestedStack =
            given.connected.get(composePath) ?? freeName(folder === "" ? given.repositoryName : folder, taken);
        taken.add(suggestedStack);
        return { composePath, folder, suggestedStack };
    });
}

/** The letters of a text that a stack's name may have; "" where there are none. */
export function stackNameOf(text: string): string {
    return text
        .normalize("NFKD")
        .replace(/\p{M}/gu, "")
        .toLowerCase()
        .replace(/[^a-z0-9_-]+/g, "-")
        .replace(/^[^a-z0-9]+/, "")
        .slice(0, longestName)
        .replace(/-+$/, "");
}

function freeName(path: string, taken: ReadonlySet<string>): string {
    const last = stackNameOf(path.slice(path.lastIndexOf("/") + 1));
    const whole = stackNameOf(path);
    const free = [last, whole].find((name) => name !== "" && !taken.has(name));
    return free ?? numbered([last, whole].find((name) => name !== "") ?? "stack", taken);
}

function numbered(name: string, taken: ReadonlySet<string>): string {
    for (let number = 1; ; number += 1) {
        const end = number === 1 ? "" : `-${number}`;
        const candidate = `${name.slice(0, longestName - end.length)}${end}`;
        if (!taken.has(candidate)) {
            return candidate;
        }
    }
}

function rankOf(path: string): number | undefined {
    return ranks.get(path.slice(path.lastIndexOf("/") + 1));
}

function levelsOf(path: string): number {
    return path.split("/").length - 1;
}
