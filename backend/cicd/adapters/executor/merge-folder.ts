import { chmod, lstat, mkdir, readdir, realpath, rename } from "node:fs/promises";
import { dirname, join } from "node:path";
import { removeTree } from "../../../platform/disk/remove-tree.ts";

/**
 * Moves everything below one folder into another one of the same disk, over what is there. No symlink is followed: where
 * a folder is to go, a symlink makes way for it.
 */
export async function mergeFolder(from: string, into: string): Promise<void> {
    for (const entry of await readdir(from, { withFileTypes: true })) {
        const [source, target] = [join(from, entry.name), join(into, entry.name)];
        if (!entry.isDirectory()) {
            await removeTree(target);
            await rename(source, target);
            continue;
        }
        if (!(await isFolder(target))) {
            await removeTree(target);
            await mkdir(target);
        }
        await mergeFolder(source, target);
        await chmod(target, (await lstat(source)).mode);
    }
}

/** Removes paths below a folder; one that a symlink leads out of it is left alone. */
export async function removeBelow(folder: string, paths: Iterable<string>): Promise<void> {
    const root = await realpath(folder);
    for (const path of paths) {
        const parent = await realpath(dirname(join(root, path))).catch(() => undefined);
        if (parent === dirname(join(root, path))) {
            await removeTree(join(root, path));
        }
    }
}

async function isFolder(path: string): Promise<boolean> {
    return (await lstat(path).catch(() => undefined))?.isDirectory() === true;
}
