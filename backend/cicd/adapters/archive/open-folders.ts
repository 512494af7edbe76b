import { mkdir, unlink } from "node:fs/promises";
import { AppError } from "../../../../common/errors.ts";
import type { Folder } from "./folder.ts";
import { systemCode } from "./system-error.ts";

/** The folders of a target that were entered last: archives tell what lies in one folder one after the other. */
export interface OpenFolders {
    /** The folder at a path, made where it is missing; a symlink or file in its place is removed. */
    at(parts: readonly string[]): Promise<Folder>;
    close(): Promise<void>;
}

interface Level {
    readonly name: string;
    readonly folder: Folder;
}

export function createOpenFolders(root: Folder): OpenFolders {
    const levels: Level[] = [];

    async function closeFrom(level: number): Promise<void> {
        for (const { folder } of levels.splice(level).reverse()) {
            await folder.close();
        }
    }

    return {
        async at(parts) {
            const different = parts.findIndex((name, level) => levels[level]?.name !== name);
            await closeFrom(different < 0 ? parts.length : different);
            for (const name of parts.slice(levels.length)) {
                levels.push({ name, folder: await enterOrMake(levels.at(-1)?.folder ?? root, name) });
            }
            return levels.at(-1)?.folder ?? root;
        },
        async close() {
            await closeFrom(0);
            await root.close();
        },
    };
}

/** Whoever works against it may put something else there between any two steps: tried only so often. */
const mostTries = 5;

async function enterOrMake(parent: Folder, name: string): Promise<Folder> {
    for (let tries = 0; tries < mostTries; tries += 1) {
        const folder = await tryToEnter(parent, name);
        if (folder !== undefined) {
            return folder;
        }
    }
    throw new AppError("invalid", `${JSON.stringify(name)} is changed all the time by something else; try again`);
}

async function tryToEnter(parent: Folder, name: string): Promise<Folder | undefined> {
    try {
        return await parent.enter(name);
    } catch (error) {
        const code = systemCode(error);
        if (code === "ENOENT") {
            await mkdir(parent.at(name), { mode: 0o755 }).catch(unless("EEXIST"));
            return undefined;
        }
        if (code === "ELOOP" || code === "ENOTDIR") {
            await unlink(parent.at(name)).catch(unless("ENOENT"));
            return undefined;
        }
        throw error;
    }
}

function unless(code: string) {
    return (error: unknown): void => {
        if (systemCode(error) !== code) {
            throw error;
        }
    };
}
