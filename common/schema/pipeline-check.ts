import { z } from "zod";
import { innerPath } from "./build-config.ts";
import { PipelineMistake } from "./pipeline-mistake.ts";
import { PipelinePlan } from "./pipeline-plan.ts";

/** A pipeline file as it stands in a repository. */
export const PipelineSource = z.object({
    /** From the repository's root. */
    path: z.string(),
    /** null where the commit has no such file. */
    text: z.string().nullable(),
    /** Empty where the server has not fetched the branch yet. */
    commitSha: z.string(),
    /** The way out where there is no commit yet. */
    note: z.string().optional(),
});
export type PipelineSource = z.infer<typeof PipelineSource>;

/** A text to be checked as the stack's pipeline; files that it includes are those of the repository. */
export const PipelineText = z.strictObject({
    text: z.string().max(1_048_576),
    /** Without it: the stack's own. */
    path: innerPath.optional(),
    branch: z.string().max(255).optional(),
    tag: z.string().max(255).optional(),
});
export type PipelineText = z.infer<typeof PipelineText>;

/** Every mistake at once, or what would run. */
export const CheckedPipeline = z.object({
    mistakes: z.array(PipelineMistake),
    plan: PipelinePlan.nullable(),
});
export type CheckedPipeline = z.infer<typeof CheckedPipeline>;
