import { constants, open, symlink, unlink, type FileHandle } from "node:fs/promises";
import { AppError } from "../../../../common/errors.ts";
import type { OpenFolders } from "./open-folders.ts";
import type { TarEntry } from "./read-tar.ts";
import { systemCode } from "./system-error.ts";

const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;

/** Puts one entry where it belongs, in the place of a file or symlink that lies there. */
export async function putEntry(
    folders: OpenFolders,
    parts: readonly string[],
    entry: TarEntry,
    content: AsyncIterable<Buffer>,
): Promise<void> {
    if (entry.kind === "folder") {
        await folders.at(parts);
        return;
    }
    const place = (await folders.at(parts.slice(0, -1))).at(parts.at(-1) ?? "");
    if (entry.kind === "link") {
        await inPlace(entry.path, place, () => symlink(entry.target, place));
        return;
    }
    const flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW;
    await writeFile(await inPlace(entry.path, place, () => open(place, flags, 0o600)), entry, content);
}

async function writeFile(file: FileHandle, entry: TarEntry, content: AsyncIterable<Buffer>): Promise<void> {
    try {
        for await (const piece of content) {
            await file.writeFile(piece);
        }
        await file.chmod(entry.mode);
        const mtime = entry.mtime ?? new Date();
        await file.utimes(mtime, mtime);
    } finally {
        await file.close();
    }
}

/** A folder is not given up for a file: it may hold what nobody wants to lose. */
async function inPlace<T>(path: string, place: string, make: () => Promise<T>): Promise<T> {
    try {
        return await make();
    } catch (error) {
        if (systemCode(error) !== "EEXIST") {
            throw error;
        }
    }
    try {
        await unlink(place);
    } catch (error) {
        if (["EISDIR", "EPERM"].includes(systemCode(error) ?? "")) {
            throw new AppError("invalid", `${JSON.stringify(path)} is a folder there, and a file in the archive`);
        }
        throw error;
    }
    return make();
}
