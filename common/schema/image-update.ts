import { z } from "zod";

/** Whether a registry has a newer image under the name that a service uses. */
export const ImageUpdate = z.object({
    service: z.string(),
    image: z.string(),
    /** `unknown`: see `reason`; `built`: it was built here, so that there is nothing to ask. */
    state: z.enum(["current", "newer", "pinned", "built", "unknown"]),
    /** The digest under that name now. */
    digest: z.string().optional(),
    /** Why it is not known, a sentence. */
    reason: z.string().optional(),
});
export type ImageUpdate = z.infer<typeof ImageUpdate>;

/** A stack that is updated with others, and how far it has come. */
export const StackUpdate = z.object({
    stackName: z.string(),
    state: z.enum(["waiting", "updating", "updated", "failed", "skipped"]),
    /** Why it failed or was skipped. */
    message: z.string().optional(),
});
export type StackUpdate = z.infer<typeof StackUpdate>;
