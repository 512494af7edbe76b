import { createHash } from "node:crypto";
import { errorMessage } from "../../../../common/errors.ts";
import type { PlannedCache, PlannedJob } from "../../../../common/schema/pipeline-plan.ts";
import { describeBytes } from "../../core/byte-size.ts";
import type { JobFileLimits, JobFilePorts, JobFilesCall } from "./job-file-ports.ts";
import { noteUnreadable } from "./note-unreadable.ts";
import { trimCaches } from "./trim-caches.ts";

interface CachePorts extends Pick<JobFilePorts, "archives" | "files" | "meter" | "clock"> {
    readonly caches: string;
    readonly limits: JobFileLimits;
}

type CacheCall = Pick<JobFilesCall, "stack" | "isTrusted" | "workspace" | "onNote" | "signal">;

/** Puts a job's caches into its workspace. One that is missing, or cannot be put there, is told and done without. */
export async function restoreCaches(
    ports: CachePorts,
    { cache }: Pick<PlannedJob, "cache">,
    call: CacheCall,
): Promise<void> {
    for (const { key } of cache) {
        try {
            call.onNote(await restore(ports, key, call));
        } catch (error) {
            call.signal.throwIfAborted();
            call.onNote(`Cache ${key} is not restored: ${errorMessage(error)}`);
        }
    }
}

async function restore({ archives, meter, caches }: CachePorts, key: string, call: CacheCall): Promise<string> {
    const { workspace: into, signal } = call;
    for (const directory of new Set([areaOf(caches, call), `${caches}/${call.stack}`])) {
        const archive = `${directory}/${fileOf(key)}`;
        const bytes = await meter.fileBytes(archive);
        if (await archives.unpack({ archive, into, asTheyWere: true, signal })) {
            return `Cache ${key} restored (${describeBytes(bytes)})`;
        }
    }
    return `No cache ${key} yet`;
}

/** Where a run saves: whoever may push any branch must not write what jobs with secrets run. */
function areaOf(caches: string, { stack, isTrusted }: CacheCall): string {
    return isTrusted ? `${caches}/${stack}` : `${caches}/${stack}/without-secrets`;
}

/**
 * Keeps what a good job has left of its caches. Two runs that save one at once: the later one stays, whole. Of a stack's
 * caches the least recently used are removed, until all together are within the limit.
 */
export async function saveCaches(
    ports: CachePorts,
    { cache }: Pick<PlannedJob, "cache">,
    call: CacheCall,
): Promise<void> {
    for (const one of cache) {
        try {
            await save(ports, one, call);
        } catch (error) {
            call.signal.throwIfAborted();
            call.onNote(`Cache ${one.key} is not saved: ${errorMessage(error)}`);
        }
    }
}

async function save(ports: CachePorts, { key, paths }: PlannedCache, call: CacheCall): Promise<void> {
    const { archives, files, caches, limits } = ports;
    const directory = areaOf(caches, call);
    await files.makeDirectory(directory);
    const { workspace, signal } = call;
    const file = fileOf(key);
    const packed = await archives.pack({
        ...{ workspace, signal, globs: paths, archive: `${directory}/${file}` },
        mostBytes: Math.min(limits.archiveBytes, limits.cacheBytes),
    });
    if (packed === undefined) {
        call.onNote(`Cache ${key} is not saved: nothing fits ${paths.join(", ")}`);
        return;
    }
    noteUnreadable(packed, call.onNote);
    call.onNote(`Cache ${key} saved (${describeBytes(packed.bytes)})`);
    const removed = await trimCaches(ports, { directory, keep: file, mostBytes: limits.cacheBytes });
    if (removed > 0) {
        call.onNote(
            `Caches of this stack take at most ${describeBytes(limits.cacheBytes)}: removed ${removed} that nobody used for longest`,
        );
    }
}

/** Keys are any text. */
function fileOf(key: string): string {
    return `${createHash("sha256").update(key).digest("hex")}.tar`;
}
