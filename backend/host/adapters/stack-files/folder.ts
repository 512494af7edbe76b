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
    const entries = await listOrNothing(pathOf(stacksDirectory, name));
    if (entries === undefined) {
        return undefined;
    }
    return { name, composeFileName: composeFileNames.find((file) => entries.includes(file)) };
}

/** All folders, links to folders included; hidden ones are left out. */
export async function scanFolders(stacksDirectory: string): Promise<readonly StackFolder[]> {
    const names = (await listOrNothing(stacksDirectory)) ?? [];
    const visible = names.filter((name) => !name.startsWith(".")).sort();
    const folders = await Promise.all(visible.map((name) => readFolder(stacksDirectory, name)));
    return folders.filter((folder) => folder !== undefined);
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

async function listOrNothing(path: string): Promise<readonly string[] | undefined> {
    try {
        return await readdir(path);
    } catch (error) {
        if (error instanceof Error && "code" in error && noFolder.has(String(error.code))) {
            return undefined;
        }
        throw error;
    }
}
