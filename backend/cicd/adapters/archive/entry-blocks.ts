import type { Stats } from "node:fs";
import { constants, open, readlink, type FileHandle } from "node:fs/promises";
import { isGone, isUnreadable } from "./system-error.ts";
import { headerBlocks, padding } from "./tar-blocks.ts";
import type { Found } from "./walk-workspace.ts";

const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
const pieceBytes = 256 * 1024;
/** Workspaces are opened to jobs of every user; what is made of their files is not. */
const packedBits = 0o755;

/**
 * One entry with its content; answers whether there was one to pack. Devices, pipes and sockets are none, nor what became
 * something else since it was found. Setuid bits and owners stay behind; hard links become files of their own.
 */
export async function* entryBlocks(
    found: Found,
    onUnreadable: (path: string) => void,
): AsyncGenerator<Buffer, boolean> {
    const { path, name, folder, stats } = found;
    const unlessGone = whenReadable(() => onUnreadable(path));
    if (stats.isDirectory()) {
        yield headerBlocks({ ...common(stats), path: `${path}/`, type: "Directory", size: 0 });
        return true;
    }
    if (stats.isSymbolicLink()) {
        const linkpath = await unlessGone(() => readlink(folder.at(name)));
        if (linkpath !== undefined) {
            yield headerBlocks({ ...common(stats), path, type: "SymbolicLink", linkpath, size: 0 });
        }
        return linkpath !== undefined;
    }
    const file = stats.isFile()
        ? await unlessGone(() => open(folder.at(name), O_RDONLY | O_NOFOLLOW | O_NONBLOCK))
        : undefined;
    return file !== undefined && (yield* fileBlocks(found, file));
}

async function* fileBlocks({ path, stats }: Found, file: FileHandle): AsyncGenerator<Buffer, boolean> {
    try {
        const opened = await file.stat();
        if (!opened.isFile()) {
            return false;
        }
        // Never more than was counted, also of a file that grows.
        const size = Math.min(stats.size, opened.size);
        yield headerBlocks({ ...common(opened), path, type: "File", size });
        for (let left = size; left > 0;) {
            const piece = Buffer.alloc(Math.min(left, pieceBytes));
            const { bytesRead } = await file.read(piece, 0, piece.length, size - left);
            // One that shrinks meanwhile ends in zeros: its size is told already.
            yield bytesRead === 0 ? piece : piece.subarray(0, bytesRead);
            left -= bytesRead === 0 ? piece.length : bytesRead;
        }
        yield padding(size);
        return true;
    } finally {
        await file.close();
    }
}

function common({ mode, mtime }: Stats) {
    return { mode: mode & packedBits, mtime: new Date(Math.max(0, Math.floor(mtime.getTime() / 1000)) * 1000) };
}

function whenReadable(onUnreadable: () => void) {
    return async <T>(read: () => Promise<T>): Promise<T | undefined> => {
        try {
            return await read();
        } catch (error) {
            if (isUnreadable(error)) {
                onUnreadable();
                return undefined;
            }
            if (isGone(error)) {
                return undefined;
            }
            throw error;
        }
    };
}
