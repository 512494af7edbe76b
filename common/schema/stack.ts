import { z } from "zod";
import { BuildConfig } from "./build-config.ts";
import { Deployment } from "./deployment.ts";
import { GitRepository } from "./git-repository.ts";
import { Timestamp } from "./timestamp.ts";

/** Dockge's status numbers, as `docker compose ls` is read. */
export const stackStatus = { unknown: 0, createdFile: 1, createdStack: 2, running: 3, exited: 4 } as const;

/** A release that a stack was rolled back to by hand: nothing deploys by itself until the stack is unpinned. */
export const PinnedRelease = z.object({
    /** The deployment whose release it is. */
    deploymentId: z.string(),
    /** "" for what ran before the repository was connected. */
    commitSha: z.string(),
    by: z.string(),
    at: Timestamp,
});
export type PinnedRelease = z.infer<typeof PinnedRelease>;

/** What CI/CD adds to a stack (seed A §5). */
export const StackCICDExtension = z.object({
    gitRepository: GitRepository.optional(),
    buildConfig: BuildConfig.optional(),
    latestDeployment: Deployment.optional(),
    deploymentHistory: z.array(Deployment).optional(),
    pinned: PinnedRelease.optional(),
});
export type StackCICDExtension = z.infer<typeof StackCICDExtension>;

/** Where else than on this machine a stack runs. */
export const StackElsewhere = z.object({
    /** The machines' names, in turn. */
    machines: z.array(z.string()),
    /** Whether it is meant to run on this machine too; where not, its compose file is that of its live release. */
    alsoHere: z.boolean(),
    /** Why its status is not known: sentences about machines that do not answer. */
    note: z.string().optional(),
});
export type StackElsewhere = z.infer<typeof StackElsewhere>;

/** A stack in Dockge's list. */
export const StackSummary = z.object({
    name: z.string(),
    status: z.int(),
    tags: z.array(z.string()),
    isManagedByDockge: z.boolean(),
    composeFileName: z.string(),
    endpoint: z.string(),
    /** Why the folder cannot be managed, such as a name that Compose refuses. */
    unmanageable: z.string().optional(),
    /** The newest deployment's status, or `approval` while it waits for a person: the badge in the list. */
    deploymentStatus: z.string().optional(),
    /** Only of a stack that is deployed to other machines. */
    elsewhere: StackElsewhere.optional(),
});
export type StackSummary = z.infer<typeof StackSummary>;

/** A stack with its files, as `getStack` answers it. */
export const StackDetails = StackSummary.extend({
    composeYAML: z.string(),
    composeENV: z.string(),
    primaryHostname: z.string(),
    /** The override file beside the compose file, where there is one; `generated`: CI/CD writes it. */
    composeOverride: z.object({ fileName: z.string(), text: z.string(), generated: z.boolean() }).optional(),
}).extend(StackCICDExtension.shape);
export type StackDetails = z.infer<typeof StackDetails>;

/** A stack in REST's list. */
export const RestStack = z
    .object({
        name: z.string(),
        status: z.int(),
        /** Why the folder cannot be managed, such as a name that Compose refuses. */
        unmanageable: z.string().optional(),
    })
    .extend(StackCICDExtension.shape);
export type RestStack = z.infer<typeof RestStack>;
