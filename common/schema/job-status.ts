import { z } from "zod";

export const JobStatus = z.enum(["pending", "running", "success", "failed", "cancelled", "skipped"]);
/** Of a pipeline's job. */
export type JobStatus = z.infer<typeof JobStatus>;
