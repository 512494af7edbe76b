import type { PipelineParallelism } from "../../../common/schema/pipeline.ts";
import type { PipelineDefaults } from "../../../common/schema/pipeline-job.ts";
import type { CheckedJob, JobSource } from "./job-source.ts";

/** A pipeline without mistakes: all of its files put together. */
export interface Pipeline {
    /** The file's own path last. */
    readonly files: readonly string[];
    readonly stages: readonly string[];
    readonly parallelism: PipelineParallelism;
    /** What holds for every job that does not say otherwise. */
    readonly defaults: PipelineDefaults;
    /** In the order of the files. */
    readonly jobs: readonly JobSource[];
}

/** The stage of a job; undefined where it names none and none goes without saying. */
export function stageOf(job: Pick<CheckedJob, "spec">, stages: readonly string[]): string | undefined {
    const [only, ...others] = stages;
    const unsaid = stages.includes("test") ? "test" : undefined;
    return job.spec.stage ?? unsaid ?? (others.length === 0 ? only : undefined);
}
