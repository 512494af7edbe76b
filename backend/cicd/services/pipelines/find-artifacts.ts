import { AppError } from "../../../../common/errors.ts";
import type { Clock } from "../../core/clock.ts";
import type { JobRecord, PipelineStore } from "../../core/pipeline-run.ts";
import type { JobFiles } from "./job-files.ts";
import { requireJob, requirePipeline } from "./list-pipelines.ts";

export interface FindArtifactsPorts {
    readonly pipelines: Pick<PipelineStore, "find" | "findJob">;
    readonly jobFiles: Pick<JobFiles, "archiveOf">;
    readonly clock: Pick<Clock, "now">;
}

/** A job's artifacts, to be downloaded. */
export interface ArtifactArchive {
    /** Of the archive, absolute; it may be gone since. */
    readonly path: string;
    /** For whoever downloads it: `<stack>-<job>-<commit>.tar.gz`. */
    readonly name: string;
    /** What to say where it is gone. */
    readonly missing: AppError;
}

/** Where a job's artifacts lie. Throws `not_found`, also for a job that has none, or none any more. */
export async function findArtifacts(ports: FindArtifactsPorts, id: string): Promise<ArtifactArchive> {
    const job = await requireJob(ports, id);
    const missing = new AppError("not_found", `artifacts: those of ${job.name} are not kept any more; run it again`);
    checkKept(job, ports.clock.now(), missing);
    const { stackId, commitSha } = await requirePipeline(ports, job.pipelineId);
    return {
        path: ports.jobFiles.archiveOf(job.reusedFrom ?? job.id),
        name: `${[stackId, plainName(job.name), commitSha.slice(0, 8)].join("-")}.tar.gz`,
        missing,
    };
}

function checkKept({ name, artifacts }: JobRecord, now: Date, missing: AppError): void {
    if (artifacts === undefined) {
        throw new AppError(
            "not_found",
            `artifacts: ${name} has none, or none any more; name files under "artifacts" of the job, and run it again`,
        );
    }
    if (artifacts.expiresAt !== undefined && artifacts.expiresAt <= now.toISOString()) {
        throw missing;
    }
}

/** Names of jobs are any text on one line, such as `unit [18, pg]`. */
function plainName(job: string): string {
    return job.replace(/[^\p{L}\p{N}._-]+/gu, "-").replace(/^[.-]+|-+$/g, "");
}
