import { z } from "zod";
import { Timestamp } from "./timestamp.ts";

/** A file in a stack's directory that is not as the live release has it. */
export const FileDrift = z.object({
    path: z.string(),
    /** `added`: a compose or override file that is not the release's, and that Compose may read. */
    kind: z.enum(["edited", "missing", "added"]),
    /** Unified, from the release to what lies there, secrets masked; missing where it cannot be shown. */
    diff: z.string().optional(),
    /** Why there is no diff, or what it does not show. */
    note: z.string().optional(),
    /** The machine's name, where it is not this one. */
    machine: z.string().optional(),
});
export type FileDrift = z.infer<typeof FileDrift>;

/** A service whose containers are not as the live release wants them. */
export const ServiceDrift = z.object({
    service: z.string(),
    /** `extra`: no service of the release; `unknown`: could not be looked at. */
    kind: z.enum(["missing", "stopped", "other_image", "other_configuration", "extra", "unknown"]),
    /** A phrase for people. */
    detail: z.string(),
    /** The machine's name, where it is not this one. */
    machine: z.string().optional(),
});
export type ServiceDrift = z.infer<typeof ServiceDrift>;

/** How what is there differs from the release that is live. */
export const Drift = z.object({
    /** The deployment whose release is live. */
    deploymentId: z.string(),
    /** "" for what ran before the repository was connected. */
    commitSha: z.string(),
    checkedAt: Timestamp,
    /** null where it cannot be told: while a deployment or a button is at work, or the engine is away. */
    inSync: z.boolean().nullable(),
    /** The deployment that is at work; nothing is compared meanwhile. */
    deploying: z.string().optional(),
    /** A sentence about what was not compared, and why. */
    note: z.string().optional(),
    files: z.array(FileDrift),
    /** How many more files differ than are listed. */
    moreFiles: z.int().optional(),
    services: z.array(ServiceDrift),
});
export type Drift = z.infer<typeof Drift>;
