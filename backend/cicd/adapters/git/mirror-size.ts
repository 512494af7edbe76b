import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "../../../../common/errors.ts";
import type { GitCall } from "../../core/git.ts";
import { gitLimits } from "./limits.ts";

const lookEveryMilliseconds = 1000;

/**
 * Runs a fetch, and ends it with AppError `invalid` when it makes the mirror grow by more than `gitLimits.fetchBytes`.
 * What an ended one has left behind is removed.
 */
export async function withinSize<T>(
    mirror: string,
    call: GitCall,
    fetch: (call: GitCall) => Promise<T>,
    limit: number = gitLimits.fetchBytes,
): Promise<T> {
    const before = await packBytes(mirror);
    const tooLarge = new AbortController();
    const timer = setInterval(() => {
        void packBytes(mirror).then((now) => {
            if (now - before > limit) {
                tooLarge.abort(fetchTooLarge(limit));
            }
        });
    }, lookEveryMilliseconds);
    try {
        return await fetch({ ...call, signal: AbortSignal.any([call.signal, tooLarge.signal]) });
    } catch (error) {
        await removeHalfPacks(mirror);
        throw error;
    } finally {
        clearInterval(timer);
    }
}

function fetchTooLarge(limit: number): AppError {
    const megabytes = Math.floor(limit / (1024 * 1024));
    return new AppError(
        "invalid",
        `url: the repository sends more than ${megabytes} MB; keep large data outside of it, or in Git LFS`,
        { details: { errorCode: "not_supported" } },
    );
}

async function packBytes(mirror: string): Promise<number> {
    const folder = join(mirror, "objects", "pack");
    const names = await readdir(folder).catch(() => []);
    const sizes = await Promise.all(
        names.map((name) =>
            stat(join(folder, name)).then(
                ({ size }) => size,
                () => 0,
            ),
        ),
    );
    return sizes.reduce((sum, size) => sum + size, 0);
}

async function removeHalfPacks(mirror: string): Promise<void> {
    const folder = join(mirror, "objects", "pack");
    const half = (await readdir(folder).catch(() => [])).filter((name) => name.startsWith("tmp_"));
    await Promise.all(half.map((name) => rm(join(folder, name), { force: true })));
}
