import { z } from "zod";
import { PipelineDuration } from "./pipeline-duration.ts";
import { mostEntries, PipelinePath } from "./pipeline-text.ts";

export const ArtifactsWhen = z.enum(["on_success", "on_failure", "always"]);
export type ArtifactsWhen = z.infer<typeof ArtifactsWhen>;

/** Files of the workspace that are kept when a job ends, handed to later jobs, and can be downloaded. */
export const PipelineArtifacts = z.strictObject({
    paths: z
        .array(PipelinePath)
        .min(1, "is empty; give at least one path")
        .max(mostEntries)
        .describe("Paths and globs below the workspace."),
    when: ArtifactsWhen.optional().describe("Which end of the job they are kept for; on_success."),
    expire_in: z
        .union([PipelineDuration, z.literal("never")])
        .optional()
        .describe("How long they are kept; 7 days."),
});
export type PipelineArtifacts = z.infer<typeof PipelineArtifacts>;
