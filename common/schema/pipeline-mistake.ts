import { z } from "zod";

/** Something wrong in a pipeline: where (line and column from 1), what, and the way out. */
export const PipelineMistake = z.object({
    file: z.string(),
    line: z.int().positive(),
    column: z.int().positive(),
    message: z.string(),
    hint: z.string(),
});
export type PipelineMistake = z.infer<typeof PipelineMistake>;
