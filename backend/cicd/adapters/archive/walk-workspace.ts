import { lstat, readdir } from "node:fs/promises";
import type { Stats } from "node:fs";
import { AppError } from "../../../../common/errors.ts";
import { openRoot, type Folder } from "./folder.ts";
import { isGone, isUnreadable } from "./system-error.ts";
import type { WantedPaths } from "./wanted-paths.ts";

/** What a workspace holds at a path; it may have become something else since. */
export interface Found {
    /** Relative to the workspace, with `/`. */
    readonly path: string;
    readonly name: string;
    /** What it lies in, open. */
    readonly folder: Folder;
    readonly stats: Stats;
}

interface Walk {
    readonly wanted: WantedPaths;
    readonly onUnreadable: (path: string) => void;
    readonly signal: AbortSignal;
}

/** Each level is kept open. */
const mostLevels = 256;

/** What is wanted of a workspace: folders before what is in them, names in their order. Symlinks are not followed. */
export async function* walkWorkspace(workspace: string, walk: Walk): AsyncGenerator<Found, void> {
    const root = await openRoot(workspace);
    try {
        yield* walkFolder(root, "", walk, 1);
    } finally {
        await root.close();
    }
}

async function* walkFolder(folder: Folder, path: string, walk: Walk, level: number): AsyncGenerator<Found, void> {
    if (level > mostLevels) {
        throw new AppError("invalid", `folders lie in one another more than ${mostLevels} deep; keep fewer`);
    }
    for (const name of await namesOf(folder, path, walk)) {
        walk.signal.throwIfAborted();
        const below = path === "" ? name : `${path}/${name}`;
        if (below !== ".git") {
            yield* walkEntry({ folder, name, path: below }, walk, level);
        }
    }
}

async function* walkEntry(entry: Omit<Found, "stats">, walk: Walk, level: number): AsyncGenerator<Found, void> {
    const { folder, name, path } = entry;
    const isWanted = walk.wanted.isWanted(path);
    if (!isWanted && !walk.wanted.mayHold(path)) {
        return;
    }
    const stats = await told(path, isWanted, walk, () => lstat(folder.at(name)));
    if (stats === undefined) {
        return;
    }
    if (isWanted) {
        yield { ...entry, stats };
    }
    const inside = stats.isDirectory() ? await told(path, isWanted, walk, () => folder.enter(name)) : undefined;
    if (inside === undefined) {
        return;
    }
    try {
        yield* walkFolder(inside, path, walk, level + 1);
    } finally {
        await inside.close();
    }
}

async function namesOf(folder: Folder, path: string, walk: Walk): Promise<readonly string[]> {
    const names = await told(path, walk.wanted.isWanted(path), walk, () => readdir(folder.at(".")));
    return (names ?? []).sort();
}

/** Undefined for what went away meanwhile, and, told where it is wanted, for what may not be read. */
async function told<T>(path: string, isWanted: boolean, walk: Walk, read: () => Promise<T>): Promise<T | undefined> {
    try {
        return await read();
    } catch (error) {
        if (isUnreadable(error) || (isGone(error) && path.includes("\uFFFD"))) {
            // A name that is no UTF-8 cannot be asked for by the text that stands for it.
            if (isWanted) {
                walk.onUnreadable(path);
            }
            return undefined;
        }
        if (isGone(error)) {
            return undefined;
        }
        throw error;
    }
}
