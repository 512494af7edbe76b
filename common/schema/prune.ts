import { z } from "zod";

/** What of the engine's unused things is removed. Images that a kept release needs stay in any case. */
export const PruneRequest = z.object({
    /** `dangling`: without a name; `unused`: all that no container uses. */
    images: z.enum(["none", "dangling", "unused"]).default("none"),
    /** Stopped ones that belong to no compose project. */
    containers: z.boolean().default(false),
    networks: z.boolean().default(false),
    /** Those without a name. */
    volumes: z.boolean().default(false),
    buildCache: z.boolean().default(false),
});
export type PruneRequest = z.infer<typeof PruneRequest>;

/** What was removed. */
export const PruneReport = z.object({
    reclaimedBytes: z.number(),
    images: z.int(),
    containers: z.int(),
    networks: z.int(),
    volumes: z.int(),
});
export type PruneReport = z.infer<typeof PruneReport>;
