import { z } from "zod";
import { BuildConfig } from "./build-config.ts";
import { Deployment } from "./deployment.ts";
import { GitRepository } from "./git-repository.ts";

/** Dockge's status numbers, as `docker compose ls` is read. */
export const stackStatus = { unknown: 0, createdFile: 1, createdStack: 2, running: 3, exited: 4 } as const;

/** What CI/CD adds to a stack (seed A §5). */
export const StackCICDExtension = z.object({
    gitRepository: GitRepository.optional(),
    buildConfig: BuildConfig.optional(),
    latestDeployment: Deployment.optional(),
    deploymentHistory: z.array(Deployment).optional(),
});
export type StackCICDExtension = z.infer<typeof StackCICDExtension>;

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
    /** The newest deployment's status: the badge in the list. */
    deploymentStatus: z.string().optional(),
});
export type StackSummary = z.infer<typeof StackSummary>;

/** A stack with its files, as `getStack` answers it. */
export const StackDetails = StackSummary.extend({
    composeYAML: z.string(),
    composeENV: z.string(),
    primaryHostname: z.string(),
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
