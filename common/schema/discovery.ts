import { z } from "zod";
import { innerPath } from "./build-config.ts";
import { Deployment } from "./deployment.ts";
import { GitRef } from "./git-ref.ts";
import { GitProvider, GitRepository, GitRepositoryInput } from "./git-repository.ts";
import { StackName } from "./stack-name.ts";
import { Timestamp } from "./timestamp.ts";

/** An SSH key that was made before anything is saved: its public half can be registered at the git server. */
export const DeployKey = z.object({ keyId: z.string(), publicKey: z.string(), expiresAt: Timestamp });
export type DeployKey = z.infer<typeof DeployKey>;

const access = {
    url: GitRepositoryInput.shape.url,
    credentials: GitRepositoryInput.shape.credentials,
    /** Left out: what `fromStack` has, else `none`. */
    authType: GitRepositoryInput.shape.authType.unwrap().optional(),
    allowPrivateHost: GitRepositoryInput.shape.allowPrivateHost.unwrap().optional(),
    /** Left out: guessed from the host. */
    provider: GitProvider.optional(),
    /** A `DeployKey` of the same user, in the place of credentials. */
    keyId: z.string().max(64).optional(),
    /** A connected stack whose stored credentials are used, only for the server that they were given for. */
    fromStack: StackName.optional(),
};

/** Where to look for compose files. */
export const DiscoveryInput = z.strictObject({ ...access, branch: GitRef.optional() });
export type DiscoveryInput = z.infer<typeof DiscoveryInput>;

/** A folder of a repository that has a compose file. */
export const ComposeFolder = z.object({
    composePath: z.string(),
    /** "" for the repository's root. */
    folder: z.string(),
    /** A valid name that no other folder of the answer has. */
    suggestedStack: z.string(),
    services: z.array(z.string()),
    /** The stack that is connected to this very file. */
    connectedStack: z.string().optional(),
    /** Whether there is a stack of the suggested name. */
    existsAsStack: z.boolean(),
    /** Why it cannot, or should not, become a stack as it is. */
    problem: z.string().optional(),
    /** Whether it cannot be chosen at all. */
    blocked: z.boolean(),
});
export type ComposeFolder = z.infer<typeof ComposeFolder>;

/** What a repository holds that can become stacks. */
export const Discovery = z.object({
    branches: z.array(z.string()),
    defaultBranch: z.string(),
    branch: z.string(),
    commit: z.string(),
    folders: z.array(ComposeFolder),
    /** How many further folders were found and left out. */
    leftOut: z.int(),
});
export type Discovery = z.infer<typeof Discovery>;

/** A folder that becomes a stack. */
export const WantedStack = z.strictObject({
    stack: StackName,
    composePath: innerPath,
    paths: GitRepositoryInput.shape.paths,
    /** Whether to deploy it at once. */
    deploy: z.boolean().default(false),
});
export type WantedStack = z.infer<typeof WantedStack>;

/** Folders of one repository that become stacks, all with the same access and one webhook. */
export const ConnectStacksInput = z.strictObject({
    ...access,
    branch: GitRef,
    autoSync: GitRepositoryInput.shape.autoSync,
    pollIntervalSeconds: GitRepositoryInput.shape.pollIntervalSeconds,
    aliases: GitRepositoryInput.shape.aliases,
    stacks: z.array(WantedStack).min(1, "stacks: name at least one").max(200),
});
export type ConnectStacksInput = z.infer<typeof ConnectStacksInput>;

/** How connecting one stack went; `ok` only where all of it did. `repository` is there once it is connected. */
export const ConnectOutcome = z.object({
    stack: z.string(),
    ok: z.boolean(),
    repository: GitRepository.optional(),
    deployment: Deployment.optional(),
    error: z.object({ code: z.string(), message: z.string() }).optional(),
});
export type ConnectOutcome = z.infer<typeof ConnectOutcome>;

/** How each stack went, and the one webhook that serves them all; it is missing where nothing is connected. */
export const ConnectedStacks = z.object({
    provider: GitProvider,
    webhookUrl: z.string().optional(),
    webhookSecret: z.string().optional(),
    /** Whether a stack had this webhook before, so that the provider knows it most likely. */
    webhookKnown: z.boolean(),
    stacks: z.array(ConnectOutcome),
});
export type ConnectedStacks = z.infer<typeof ConnectedStacks>;
