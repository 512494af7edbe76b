import { existsSync } from "node:fs";
import { constants, open, realpath, type FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "../../../../common/errors.ts";

/**
 * An open folder below a root. What is reached through it lies in that very folder, also when somebody moves it away or puts a
 * symlink in its place meanwhile.
 */
export interface Folder {
    /** A path of one of its entries for calls that do not follow a symlink at the end. */
    at(name: string): string;
    /** Opens a folder in it. Throws ELOOP or ENOTDIR for a symlink or a file, ENOENT where there is nothing. */
    enter(name: string): Promise<Folder>;
    close(): Promise<void>;
}

const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW } = constants;
const openFiles = "/proc/self/fd";

/** Opens a root, which may be reached through symlinks. */
export async function openRoot(directory: string): Promise<Folder> {
    const path = await realpath(directory);
    return asFolder(await open(path, O_RDONLY | O_DIRECTORY), path);
}

function asFolder(handle: FileHandle, path: string): Folder {
    // The system's name for an open folder: what stands behind it is looked up in that folder and nowhere else. Systems that
    // have none (a developer's machine) look at the real path right before, which can be outrun.
    const isPinned = existsSync(`${openFiles}/${handle.fd}/.`);
    const at = (name: string): string => join(isPinned ? `${openFiles}/${handle.fd}` : path, name);
    return {
        at,
        async enter(name) {
            if (!isPinned) {
                await checkPlace(path);
            }
            return asFolder(await open(at(name), O_RDONLY | O_DIRECTORY | O_NOFOLLOW), join(path, name));
        },
        close: () => handle.close(),
    };
}

async function checkPlace(path: string): Promise<void> {
    if ((await realpath(path)) !== path) {
        throw new AppError("invalid", "The folders were changed while they were read; try again");
    }
}
