import type { Clock } from "../../core/clock.ts";
import type { DiskMeter } from "../../core/disk-meter.ts";
import type { Files } from "../../core/files.ts";
import type { JobArchives } from "../../core/job-archive.ts";

export interface JobFilePorts {
    readonly archives: JobArchives;
    readonly files: Pick<Files, "makeDirectory" | "remove">;
    readonly meter: Pick<DiskMeter, "entries" | "fileBytes">;
    readonly clock: Pick<Clock, "now">;
    /** Absolute; `artifacts` and `caches` are made in it. */
    readonly directory: string;
    readonly limits?: Partial<JobFileLimits> | undefined;
}

export interface JobFileLimits {
    /** Of one archive, and of the files in it. */
    readonly archiveBytes: number;
    /** Of all caches of a stack; of those of runs without secrets once more. */
    readonly cacheBytes: number;
}

export interface JobFilesCall {
    /** Caches are shared within it. */
    readonly stack: string;
    /** Whether its run may change the caches of those that get secrets; it has caches of its own otherwise. */
    readonly isTrusted: boolean;
    readonly jobId: string;
    /** Absolute. */
    readonly workspace: string;
    /** Ids of jobs that have kept artifacts which are not in this workspace, in the order in which they are unpacked. */
    readonly sources: readonly string[];
    /** A sentence for the job's log. */
    readonly onNote: (line: string) => void;
    readonly signal: AbortSignal;
}
