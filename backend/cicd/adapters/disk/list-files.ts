import type { Dirent } from "node:fs";
import { readdir, readlink } from "node:fs/promises";

/** Regular files and symlinks below a root, sorted, with `/`; `.git` left out. */
export async function listFiles(root: string): Promise<readonly string[]> {
    const found: string[] = [];
    await walk(root, "", async (entry, path) => {
        if (entry.isFile() || entry.isSymbolicLink()) {
            found.push(path);
        }
    });
    return found.sort();
}

/** Symlinks below a root and what they point to: in one walk, because a commit may have 100,000 files. */
export async function listLinks(root: string): Promise<ReadonlyMap<string, string>> {
    const found = new Map<string, string>();
    await walk(root, "", async (entry, path) => {
        if (entry.isSymbolicLink()) {
            found.set(path, await readlink(`${root}/${path}`));
        }
    });
    return found;
}

async function walk(
    root: string,
    folder: string,
    visit: (entry: Dirent, path: string) => Promise<void>,
): Promise<void> {
    for (const entry of await readdir(`${root}/${folder}`, { withFileTypes: true })) {
        const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
        if (entry.name === ".git") {
            continue;
        }
        await (entry.isDirectory() ? walk(root, path, visit) : visit(entry, path));
    }
}

/** The names in a directory; empty when it is missing. */
export async function namesIn(directory: string): Promise<readonly string[]> {
    try {
        return await readdir(directory);
    } catch {
        return [];
    }
}
