import { constants, lstat, open } from "node:fs/promises";
import type { BigIntStats } from "node:fs";

/**
 * The text of a regular file of at most so many bytes; undefined for anything else. What lies there may be changed at
 * any moment by whoever writes into the folder: a symlink at the end is not followed, a pipe not waited for, and
 * `wherePlaced`, which is asked once more, must lead to the very file that was read.
 */
export async function readRegular(wherePlaced: () => Promise<string>, mostBytes: number): Promise<string | undefined> {
    const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
    const file = await open(await wherePlaced(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    try {
        const opened = await file.stat({ bigint: true });
        const isInPlace = isSame(opened, await lstat(await wherePlaced(), { bigint: true }));
        if (!opened.isFile() || opened.size > mostBytes || !isInPlace) {
            return undefined;
        }
        const buffer = Buffer.alloc(Number(opened.size));
        const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
        return buffer.toString("utf8", 0, bytesRead);
    } finally {
        await file.close();
    }
}

function isSame(one: BigIntStats, other: BigIntStats): boolean {
    return one.ino === other.ino && one.dev === other.dev;
}
