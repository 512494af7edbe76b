import { lstat, mkdir, readFile, stat } from "node:fs/promises";
import { join, relative } from "node:path";
import { AppError } from "../../../../common/errors.ts";
import { removeTree } from "../../../platform/disk/remove-tree.ts";
import { defaultComposeFileName, type StackFolder } from "../../core/stack.ts";
import type { StackFiles, StackTexts } from "../../core/stack-files.ts";
import { createFolderScan } from "./folder-scan.ts";
import { pathOf, readFolder, realDirectory } from "./folder.ts";
import { readOverride, writeOverride } from "./override-file.ts";
import { writeFileWhole } from "./write-file.ts";

/** Stacks as plain folders on disk, Dockge's way. */
export function diskStackFiles(stacksDirectory: string): StackFiles {
    const directory = (name: string): Promise<string> => realDirectory(stacksDirectory, name);
    return {
        directory,
        scan: createFolderScan(stacksDirectory),
        find: (name) => readFolder(stacksDirectory, name),
        async create(name) {
            await mkdir(pathOf(stacksDirectory, name), { recursive: true });
        },
        read: async (folder) => readTexts(await directory(folder.name), folder),
        write: async (folder, texts) => writeTexts(await directory(folder.name), folder, texts),
        writeEnvironment: async (folder, composeENV) => writeEnvironment(await directory(folder.name), composeENV),
        readOverride: async (folder) => readOverride(await directory(folder.name)),
        writeOverride: async (folder, text) => writeOverride(await directory(folder.name), text),
        remove: (name) => removeFolder(pathOf(stacksDirectory, name)),
        environmentFiles: async (name) => environmentFiles(stacksDirectory, await directory(name)),
    };
}

async function readTexts(directory: string, { composeFileName }: StackFolder): Promise<StackTexts> {
    return {
        composeYAML: composeFileName === undefined ? "" : await readOrEmpty(join(directory, composeFileName)),
        composeENV: await readOrEmpty(join(directory, ".env")),
    };
}

async function writeTexts(directory: string, { composeFileName }: StackFolder, texts: StackTexts): Promise<void> {
    await writeFileWhole(join(directory, composeFileName ?? defaultComposeFileName), texts.composeYAML);
    await writeEnvironment(directory, texts.composeENV);
}

async function writeEnvironment(directory: string, composeENV: string): Promise<void> {
    const environmentFile = join(directory, ".env");
    if (composeENV.trim() !== "" || (await isFile(environmentFile))) {
        await writeFileWhole(environmentFile, composeENV);
    }
}

async function removeFolder(path: string): Promise<void> {
    const found = await lstat(path);
    if (found.isSymbolicLink()) {
        throw new AppError(
            "conflict",
            "This stack's folder is a symbolic link; remove the link and what it points to by hand",
        );
    }
    await removeTree(path);
}

/** With a `global.env` in the stacks directory Compose no longer reads `.env` by itself, so it is named too. */
async function environmentFiles(stacksDirectory: string, directory: string): Promise<readonly string[]> {
    const globalFile = join(stacksDirectory, "global.env");
    if (!(await isFile(globalFile))) {
        return [];
    }
    const own = (await isFile(join(directory, ".env"))) ? ["./.env"] : [];
    return [relative(directory, globalFile), ...own];
}

async function readOrEmpty(path: string): Promise<string> {
    try {
        return await readFile(path, "utf8");
    } catch (error) {
        if (error instanceof Error && "code" in error && error.code === "ENOENT") {
            return "";
        }
        throw error;
    }
}

async function isFile(path: string): Promise<boolean> {
    return (await stat(path).catch(() => undefined))?.isFile() === true;
}
