import { z } from "zod";
import { GitRef } from "./git-ref.ts";
import { Timestamp } from "./timestamp.ts";

export const gitAuthTypes = ["none", "ssh_key", "http_token"] as const;
export const gitProviders = ["github", "gitlab", "bitbucket", "gitea", "generic"] as const;

export const GitAuthType = z.enum(gitAuthTypes);
export type GitAuthType = z.infer<typeof GitAuthType>;

export const GitProvider = z.enum(gitProviders);
export type GitProvider = z.infer<typeof GitProvider>;

/** What opens a private repository. Stored encrypted, never sent to the browser. */
export const GitCredentials = z.strictObject({
    username: z.string().max(255).optional(),
    token: z.string().min(1).max(4096).optional(),
    privateKey: z.string().min(1).max(65_536).optional(),
    passphrase: z.string().max(4096).optional(),
});
export type GitCredentials = z.infer<typeof GitCredentials>;

const address = z.string().trim().min(1).max(2048);

/** What a user gives to connect a repository to a stack. */
export const GitRepositoryInput = z.strictObject({
    url: address,
    branch: GitRef,
    authType: GitAuthType.default("none"),
    credentials: GitCredentials.nullish(),
    provider: GitProvider.default("generic"),
    autoSync: z.boolean().default(false),
    webhookSecret: z.string().min(8, "webhookSecret: use at least 8 characters").max(255).optional(),
    pollIntervalSeconds: z.int().min(30).max(86_400).default(300),
    paths: z.array(z.string().min(1).max(1024)).max(100).default([]),
    aliases: z.array(address).max(20).default([]),
    allowPrivateHost: z.boolean().default(false),
});
export type GitRepositoryInput = z.infer<typeof GitRepositoryInput>;

/** `SHA256:…` of an SSH server's key, as ssh shows it. */
export const HostKeyFingerprint = z
    .string()
    .regex(/^SHA256:[A-Za-z0-9+/]{43}$/, "fingerprint: is not one; give it as shown, SHA256:… with 43 characters");

/** A stack's git repository as the outside sees it: no credentials, only whether there are any. */
export const GitRepository = z.object({
    id: z.string(),
    stackId: z.string(),
    url: z.string(),
    branch: z.string(),
    authType: GitAuthType,
    hasCredentials: z.boolean(),
    provider: GitProvider,
    autoSync: z.boolean(),
    pollIntervalSeconds: z.int(),
    paths: z.array(z.string()),
    aliases: z.array(z.string()),
    allowPrivateHost: z.boolean(),
    webhookUrl: z.string(),
    /** Only in the answer of the call that made or changed it. */
    webhookSecret: z.string().optional(),
    /** The public half of the SSH key, to be given to the git server as a deploy key. */
    publicKey: z.string().optional(),
    lastSyncedAt: Timestamp.optional(),
    lastSyncedCommit: z.string().optional(),
    lastPolledAt: Timestamp.optional(),
    lastPollError: z.string().optional(),
    /** `SHA256:…` of the SSH server's pinned key. */
    hostKeyFingerprint: z.string().optional(),
    createdAt: Timestamp,
    updatedAt: Timestamp,
});
export type GitRepository = z.infer<typeof GitRepository>;
