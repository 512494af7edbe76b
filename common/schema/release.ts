import { z } from "zod";
import { DeployedImage } from "./deployment.ts";
import { Timestamp } from "./timestamp.ts";

/** A kept release: everything that is needed to run that version again. */
export const ReleaseSummary = z.object({
    /** The deployment that made it. */
    deploymentId: z.string(),
    /** "" for what ran before the repository was connected. */
    commitSha: z.string(),
    commitMessage: z.string().optional(),
    commitAuthor: z.string().optional(),
    branch: z.string().optional(),
    tag: z.string().optional(),
    createdAt: Timestamp,
    /** When it went live the last time, as far as the history reaches; missing where it never did. */
    deployedAt: Timestamp.optional(),
    /** Whether it is what the stack runs now. */
    live: z.boolean(),
    images: z.array(DeployedImage),
    /** What its files and its record take on this server's disk, images apart. */
    sizeBytes: z.int(),
});
export type ReleaseSummary = z.infer<typeof ReleaseSummary>;

/** Two kept releases, by the deployments that made them. */
export const ReleasePair = z.object({ from: z.string().min(1).max(64), to: z.string().min(1).max(64) });
export type ReleasePair = z.infer<typeof ReleasePair>;

export const ReleaseCommit = z.object({ sha: z.string(), subject: z.string(), author: z.string(), time: Timestamp });
export type ReleaseCommit = z.infer<typeof ReleaseCommit>;

/** What lies between two commits, newest first. */
export const CommitsBetween = z.object({
    /** Those that only the newer side has. */
    added: z.array(ReleaseCommit),
    /** Those that are taken back. */
    removed: z.array(ReleaseCommit),
    /** Whether there are more than are listed. */
    more: z.boolean(),
});
export type CommitsBetween = z.infer<typeof CommitsBetween>;

export const ShownDiff = z.object({
    /** Unified, secrets masked; missing where it cannot be shown. */
    diff: z.string().optional(),
    /** Why there is no diff, or what it does not show. */
    note: z.string().optional(),
});
export type ShownDiff = z.infer<typeof ShownDiff>;

export const FileChange = ShownDiff.extend({ path: z.string(), kind: z.enum(["added", "removed", "changed"]) });
export type FileChange = z.infer<typeof FileChange>;

const RanImage = DeployedImage.pick({ image: true, imageId: true, digest: true });

/** A service whose image is another one, or goes by another name. */
export const ImageChange = z.object({
    service: z.string(),
    /** Missing where the service is new. */
    from: RanImage.optional(),
    /** Missing where the service is gone. */
    to: RanImage.optional(),
});
export type ImageChange = z.infer<typeof ImageChange>;

/** Names only, never values. */
export const VariableChanges = z.object({
    added: z.array(z.string()),
    removed: z.array(z.string()),
    changed: z.array(z.string()),
});
export type VariableChanges = z.infer<typeof VariableChanges>;

const ComparedRelease = ReleaseSummary.pick({ deploymentId: true, commitSha: true, createdAt: true });

/** What changed from one release to another. */
export const ReleaseComparison = z.object({
    from: ComparedRelease,
    to: ComparedRelease,
    /** Missing where this server's copy of the repository does not know both commits. */
    commits: CommitsBetween.optional(),
    files: z.array(FileChange),
    /** How many more files differ than are listed. */
    moreFiles: z.int().optional(),
    images: z.array(ImageChange),
    variables: VariableChanges,
    /** How the generated override differs; missing where it does not. */
    override: ShownDiff.optional(),
});
export type ReleaseComparison = z.infer<typeof ReleaseComparison>;
