import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { StackFolder } from "../../core/stack.ts";
import { folderOf, unlessNoFolder } from "./folder.ts";

/** What a folder held, and how it looked then. */
interface Known {
    readonly stamp: string;
    readonly folder: StackFolder;
}

/** A change within the same tick of a file system's clock leaves no trace: what changed just now is read once more. */
const settledMilliseconds = 2500;

/** Looks through the stacks directory again and again; reads only those folders that have changed since. `now` is in milliseconds. */
export function createFolderScan(
    stacksDirectory: string,
    now: () => number = Date.now,
): () => Promise<readonly StackFolder[]> {
    let known: ReadonlyMap<string, Known> = new Map();

    async function look(name: string): Promise<Known | undefined> {
        const path = join(stacksDirectory, name);
        return unlessNoFolder(async () => {
            const found = await stat(path);
            if (!found.isDirectory()) {
                return undefined;
            }
            const isSettled = now() - found.ctimeMs > settledMilliseconds;
            const stamp = isSettled ? [found.dev, found.ino, found.mtimeMs, found.ctimeMs].join() : "";
            const before = known.get(name);
            if (before !== undefined && stamp !== "" && before.stamp === stamp) {
                return before;
            }
            return { stamp, folder: folderOf(name, await readdir(path)) };
        });
    }

    return async () => {
        const names = (await unlessNoFolder(() => readdir(stacksDirectory))) ?? [];
        const visible = names.filter((name) => !name.startsWith(".")).sort();
        const found = (await Promise.all(visible.map(look))).filter((one) => one !== undefined);
        known = new Map(found.map((one) => [one.folder.name, one]));
        return found.map(({ folder }) => folder);
    };
}
