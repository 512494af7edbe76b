import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";

/** A file as an archive can tell it. */
export interface FileFacts {
    readonly size: number;
    /** Of its last change, in whole seconds. */
    readonly seconds: number;
    readonly isExecutable: boolean;
    readonly isFile: boolean;
}

/** What a folder held at one moment, by paths relative to it. */
export interface FolderList {
    readonly files: ReadonlyMap<string, FileFacts>;
    /** In whole seconds. */
    readonly listedAt: number;
}

/** Everything below a folder, symlinks as such. What vanishes meanwhile is left out. */
export async function listFolder(folder: string): Promise<FolderList> {
    const listedAt = Math.floor(Date.now() / 1000);
    const files = new Map<string, FileFacts>();
    const waiting = [""];
    for (let parent = waiting.pop(); parent !== undefined; parent = waiting.pop()) {
        for (const entry of await readdir(join(folder, parent), { withFileTypes: true })) {
            const path = parent === "" ? entry.name : `${parent}/${entry.name}`;
            const facts = await lstat(join(folder, path)).catch(() => undefined);
            if (facts !== undefined) {
                files.set(path, {
                    ...{ size: facts.size, seconds: Math.floor(facts.mtimeMs / 1000) },
                    ...{ isExecutable: (facts.mode & 0o100) !== 0, isFile: facts.isFile() },
                });
            }
            if (entry.isDirectory()) {
                waiting.push(path);
            }
        }
    }
    return { files, listedAt };
}

/** Engines tell times in whole seconds: a file that had just been changed then may have changed again. */
const doubtSeconds = 2;

/** Whether a file is still what it was. */
export function isUnchanged({ files, listedAt }: FolderList, path: string, now: FileFacts): boolean {
    const before = files.get(path);
    return (
        before !== undefined &&
        before.isFile &&
        now.isFile &&
        before.size === now.size &&
        before.seconds === now.seconds &&
        before.isExecutable === now.isExecutable &&
        before.seconds < listedAt - doubtSeconds
    );
}
