import { z } from "zod";

/** What a job may be run again for: its script said no, it took too long, it ran out of memory, or it could not be run. */
export const RetryReason = z.enum(["script", "timeout", "out_of_memory", "system"]);
export type RetryReason = z.infer<typeof RetryReason>;

const Max = z.int().min(0).max(10);

/** How often a failed job is run again. */
export const PipelineRetry = z.union([
    Max,
    z.strictObject({
        max: Max,
        when: z
            .union([RetryReason, z.array(RetryReason).min(1, "is empty; give at least one reason")])
            .optional()
            .describe("Only for these reasons; without it for all."),
    }),
]);
export type PipelineRetry = z.infer<typeof PipelineRetry>;
