import type { Files } from "../core/files.ts";
import type { PipelineStore } from "../core/pipeline-run.ts";
import type { JobFiles } from "./pipelines/job-files.ts";

export interface ForgetJobFilesPorts {
    readonly pipelines: Pick<PipelineStore, "listKept" | "updateJob">;
    readonly jobFiles: Pick<JobFiles, "remove">;
    readonly files: Pick<Files, "removeTree">;
    readonly cachesDirectory: string;
}

/** Removes the artifacts and caches of a stack's jobs; the runs stay, as history. */
export async function forgetJobFiles(ports: ForgetJobFilesPorts, stack: string): Promise<void> {
    const jobs = (await ports.pipelines.listKept(stack)).flatMap((run) => run.jobs);
    for (const { id } of jobs.filter(({ hasArtifacts }) => hasArtifacts)) {
        await ports.jobFiles.remove([id]);
        await ports.pipelines.updateJob(id, { artifacts: undefined });
    }
    await ports.files.removeTree(`${ports.cachesDirectory}/${stack}`);
}
