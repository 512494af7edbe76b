import { z } from "zod";
import { Timestamp } from "./timestamp.ts";

/** What of the disk belongs to whom. `artifacts` and `caches` are those of pipelines' jobs. `images` are those that our releases built, on every machine. */
export const diskParts = [
    "releases",
    "replaced",
    "logs",
    "workspaces",
    "artifacts",
    "caches",
    "mirrors",
    "database",
    "images",
    "build_cache",
] as const;
export type DiskPartName = (typeof diskParts)[number];

/** What a part takes; without `bytes` it could not be measured, and `note` says why. */
export const DiskPart = z.object({
    part: z.enum(diskParts),
    bytes: z.number().optional(),
    /** How many releases, logs, images …; where that means something. */
    count: z.int().optional(),
    note: z.string().optional(),
});
export type DiskPart = z.infer<typeof DiskPart>;

export const diskPlaces = ["data", "docker", "stacks"] as const;
export type DiskPlace = (typeof diskPlaces)[number];

/** The file system that holds a place of a machine. */
export const DiskSpace = z.object({
    place: z.enum(diskPlaces),
    path: z.string(),
    freeBytes: z.number(),
    totalBytes: z.number(),
    /** Less than 5 % free, or less than 2 GiB, whichever is more. */
    low: z.boolean(),
});
export type DiskSpace = z.infer<typeof DiskSpace>;

/** The disk of a machine that stacks run on. */
export const MachineDisk = z.object({
    /** `local`, or the target's id. */
    id: z.string(),
    name: z.string(),
    spaces: z.array(DiskSpace),
    /** Why it could not be looked at. */
    error: z.string().optional(),
});
export type MachineDisk = z.infer<typeof MachineDisk>;

/** Something that a run of the cleaning removed, or left. */
export const CleanedItem = z.object({
    part: z.enum(diskParts),
    name: z.string(),
    stack: z.string().optional(),
    /** The machine's name, where it is not this one. */
    machine: z.string().optional(),
    bytes: z.number().optional(),
    /** Why it was left. */
    reason: z.string().optional(),
});
export type CleanedItem = z.infer<typeof CleanedItem>;

/** What one run of the cleaning did. Of long lists the first 200 items are kept; the counts are whole. */
export const CleanUpReport = z.object({
    startedAt: Timestamp,
    completedAt: Timestamp,
    /** The user who asked for it; missing for the daily run. */
    by: z.string().optional(),
    freedBytes: z.number(),
    removedCount: z.int(),
    removed: z.array(CleanedItem),
    leftCount: z.int(),
    left: z.array(CleanedItem),
});
export type CleanUpReport = z.infer<typeof CleanUpReport>;

/** Who takes the disk, how much is left, and what the last cleaning did. */
export const DiskUse = z.object({
    measuredAt: Timestamp,
    parts: z.array(DiskPart),
    machines: z.array(MachineDisk),
    /** One sentence for every place that is nearly full. */
    warnings: z.array(z.string()),
    /** The bound of the engine's build cache, in bytes; missing where it is not bounded. */
    buildCacheLimitBytes: z.number().optional(),
    cleaning: z.boolean(),
    lastCleanUp: CleanUpReport.optional(),
});
export type DiskUse = z.infer<typeof DiskUse>;
