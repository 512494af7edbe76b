import type { PlannedJob } from "../../common/schema/pipeline-plan.ts";
import type { JobStatus } from "../../common/schema/job-status.ts";
import { paint } from "./job-output.ts";

/** How a job ended, or that it did not run. */
export interface JobEnd {
    readonly job: PlannedJob;
    readonly status: JobStatus;
    /** Undefined where it did not run. */
    readonly seconds?: number | undefined;
    readonly exitCode?: number | undefined;
    /** Why it failed, in one sentence. */
    readonly error?: string | undefined;
}

const styles: Partial<Record<JobStatus, number>> = { success: 32, failed: 31, cancelled: 33, skipped: 2, pending: 2 };

/** A table of jobs in the order that is given, and a line for each that failed. */
export function describeJobs(ends: readonly JobEnd[], coloured: boolean): readonly string[] {
    const rows = ends.map(({ job, status, seconds, exitCode }) => [
        job.name,
        job.stage,
        wordFor(job, status),
        seconds === undefined ? "" : seconds.toFixed(1),
        exitCode === undefined ? "" : String(exitCode),
    ]);
    const heads = ["job", "stage", "status", "seconds", "exit code"];
    const widths = heads.map((head, column) => Math.max(head.length, ...rows.map((row) => row[column]?.length ?? 0)));
    const format = (row: readonly string[]): string =>
        row
            .map((cell, column) => (column < 3 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
            .join("  ")
            .trimEnd();
    const painted = (text: string, style: number | undefined): string =>
        coloured && style !== undefined ? paint(text, style) : text;
    return [
        painted(format(heads), 1),
        ...ends.map(({ status }, index) => painted(format(rows[index] ?? []), styles[status])),
        ...ends.flatMap(({ job, error }) => (error === undefined ? [] : [`${job.name}: ${error}`])),
    ];
}

function wordFor({ allowFailure }: PlannedJob, status: JobStatus): string {
    return status === "failed" && allowFailure ? "failed (allowed)" : status;
}
