import { readdir } from "node:fs/promises";

/** Regular files and symlinks below a root, sorted, with `/`; `.git` left out. */
export async function listFiles(root: string): Promise<readonly string[]> {
    const found: string[] = [];
    await collect(root, "", found);
    return found.sort();
}

async function collect(root: string, folder: string, found: string[]): Promise<void> {
    for (const entry of await readdir(`${root}/${folder}`, { withFileTypes: true })) {
        const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
        if (entry.name === ".git") {
            continue;
        }
        if (entry.isDirectory()) {
            await collect(root, path, found);
        } else if (entry.isFile() || entry.isSymbolicLink()) {
            found.push(path);
        }
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
