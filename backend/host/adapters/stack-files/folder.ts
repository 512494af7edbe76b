import { readdir, realpath, stat } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "../../../../common/errors.ts";
import { composeFileNames, type StackFolder } from "../../core/stack.ts";

/** The path of an entry of the stacks directory. Throws AppError `invalid` for a name that leads elsewhere. */
export function pathOf(stacksDirectory: string, name: string): string {
    if (name === "" || name.startsWith(".") || /[/\\\0]/.test(name)) {
        throw new AppError("invalid", "stack name: not the name of a folder; use only a-z, 0-9, _ and -");
    }
    return join(stacksDirectory, name);
}

/** A folder as a stack; undefined when it is none. */
export async function readFolder(stacksDirectory: string, name: string): Promise<StackFolder | undefined> {
    const path = pathOf(stacksDirectory, name);
    return unlessNoFolder(async () => folderOf(name, await readdir(path)));
}

/** A folder with these entries as a stack. */
export function folderOf(name: string, entries: readonly string[]): StackFolder {
    return { name, composeFileName: composeFileNames.find((file) => entries.includes(file)) };
}

/** The real path of a stack's folder. Throws AppError `not_found`. */
export async function realDirectory(stacksDirectory: string, name: string): Promise<string> {
    const path = pathOf(stacksDirectory, name);
    const found = await stat(path).catch(() => undefined);
    if (found?.isDirectory() !== true) {
        throw new AppError("not_found", "Stack not found");
    }
    return realpath(path);
}

const noFolder = new Set(["ENOENT", "ENOTDIR", "EACCES", "ELOOP"]);

/** Undefined where there is no folder to look into. */
export async function unlessNoFolder<T>(look: () => Promise<T>): Promise<T | undefined> {
    try {
        return await look();
    } catch (error) {
        if (error instanceof Error && "code" in error && noFolder.has(String(error.code))) {
            return undefined;
        }
        throw error;
    }
}
