import { z } from "zod";
import { PipelineDefaults, PipelineJob } from "./pipeline-job.ts";
import { PipelineName, PipelinePath } from "./pipeline-text.ts";

const AtOnce = z
    .int()
    .min(1, "is less than 1; give how many jobs may run at once")
    .max(32, "is more than 32; give less");

/** How many jobs of one stage run at once; for all stages, or by stage. */
export const PipelineParallelism = z.union([AtOnce, z.record(PipelineName, AtOnce)]);
export type PipelineParallelism = z.infer<typeof PipelineParallelism>;

const Stages = z
    .array(PipelineName)
    .min(1, "is empty; name at least one stage")
    .max(50, "has more than 50 entries; use fewer stages");

const Include = z.union([
    PipelinePath,
    z
        .array(PipelinePath)
        .min(1, "is empty; give at least one file")
        .max(50, "has more than 50 entries; use fewer files"),
]);

/** The keys of the file's top level that are no jobs. */
export const PipelineHead = PipelineDefaults.extend({
    stages: Stages.optional().describe("In the order in which they run; build, test, deploy."),
    include: Include.optional().describe("Other files of the repository, by their paths from its root."),
    parallelism: PipelineParallelism.optional().describe("How many jobs of a stage run at once; 1."),
});
export type PipelineHead = z.infer<typeof PipelineHead>;

/** A pipeline as it stands in one file; jobs stand at the top level, under `jobs`, or both. */
export const PipelineFile = PipelineHead.extend({
    jobs: z
        .union([z.record(PipelineName, PipelineJob), z.array(PipelineJob.extend({ name: PipelineName }))])
        .optional()
        .describe("Jobs by name, or a list of jobs with their names."),
}).catchall(PipelineJob);
