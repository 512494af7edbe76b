import { z } from "zod";
import { PipelineName } from "./pipeline-text.ts";

/** A job that another one waits for. */
export const PipelineNeed = z.union([
    PipelineName,
    z.strictObject({
        job: PipelineName,
        artifacts: z.boolean().optional().describe("Whether its artifacts are handed on; true."),
        optional: z.boolean().optional().describe("Whether it may be missing, left out by its rules; false."),
    }),
]);
export type PipelineNeed = z.infer<typeof PipelineNeed>;
