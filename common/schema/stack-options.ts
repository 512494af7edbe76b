import { z } from "zod";

/** What Dockge's `saveStack` and `deployStack` do not carry. */
export const StackFileOptions = z.object({
    /** The text of the user's own override file; "" removes it. Left out: it stays. */
    composeOverride: z.string().max(5_000_000).optional(),
});
export type StackFileOptions = z.infer<typeof StackFileOptions>;

/** How a stack is deleted; without options as Dockge does: taken down, then its folder removed. */
export const DeleteOptions = z.object({
    /** The folder stays, and the stack with it, as one that does not run. */
    keepFiles: z.boolean().default(false),
    /** Its named volumes go too. */
    removeVolumes: z.boolean().default(false),
    /** Its folder goes even where taking it down fails. */
    force: z.boolean().default(false),
});
export type DeleteOptions = z.infer<typeof DeleteOptions>;
