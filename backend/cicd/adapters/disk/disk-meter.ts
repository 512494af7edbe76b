import type { Stats } from "node:fs";
import { lstat, readdir, statfs } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "../../../../common/errors.ts";
import { filesAtOnce, mapAtOnce } from "../../core/at-once.ts";
import type { DiskEntry, DiskMeter } from "../../core/disk-meter.ts";

/** What `stat` counts blocks in, whatever the file system's own are. */
const blockBytes = 512;

/** This machine's disk through Node's own calls, at most 16 of them at once. */
export const diskMeter: DiskMeter = {
    async space(directory) {
        try {
            const { bavail, blocks, bsize } = await statfs(directory);
            return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
        } catch (error) {
            throw new AppError("unavailable", `disk: ${directory} cannot be looked at`, { cause: error });
        }
    },
    async bytesOf(directory, signal) {
        const seen = new Set<string>();
        let bytes = 0;
        let folders: readonly string[] = [directory];
        while (folders.length > 0) {
            const levels = await mapAtOnce(folders, filesAtOnce, async (folder) => {
                signal.throwIfAborted();
                const level = await readLevel(folder, seen);
                bytes += level.bytes;
                return level.folders;
            });
            folders = levels.flat();
        }
        return bytes;
    },
    async entries(directory) {
        const names = await readdir(directory).catch(() => []);
        const found = await mapAtOnce(names, filesAtOnce, (name) => entryAt(directory, name));
        return found.filter((entry) => entry !== undefined);
    },
    fileBytes: async (path) => (await statOf(path))?.size ?? 0,
};

async function readLevel(
    folder: string,
    seen: Set<string>,
): Promise<{ readonly bytes: number; readonly folders: readonly string[] }> {
    let bytes = 0;
    const folders: string[] = [];
    for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
        const path = join(folder, entry.name);
        if (entry.isDirectory()) {
            folders.push(path);
        }
        const found = await statOf(path);
        bytes += found === undefined ? 0 : ownBytes(found, seen);
    }
    return { bytes, folders };
}

/** A file with several names takes its place once. */
function ownBytes({ blocks, nlink, dev, ino }: Stats, seen: Set<string>): number {
    const key = `${dev}:${ino}`;
    if (nlink > 1 && seen.has(key)) {
        return 0;
    }
    if (nlink > 1) {
        seen.add(key);
    }
    return blocks * blockBytes;
}

async function entryAt(directory: string, name: string): Promise<DiskEntry | undefined> {
    const found = await statOf(join(directory, name));
    if (found === undefined || !(found.isFile() || found.isDirectory())) {
        return undefined;
    }
    const isDirectory = found.isDirectory();
    return { name, isDirectory, bytes: isDirectory ? 0 : found.size, modifiedAt: found.mtime.toISOString() };
}

async function statOf(path: string): Promise<Stats | undefined> {
    return lstat(path).catch(() => undefined);
}
