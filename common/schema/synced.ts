import { z } from "zod";
import { Deployment } from "./deployment.ts";

/** What asking a repository for new commits found. */
export const Synced = z.object({
    /** The commit at the head of the stack's branch. */
    head: z.string(),
    /** What was queued. */
    deployment: Deployment.optional(),
    /** Why nothing was. */
    reason: z.string().optional(),
});
export type Synced = z.infer<typeof Synced>;
