import type { GitAuthType, GitCredentials, GitProvider, GitRepository } from "../../../common/schema/git-repository.ts";

/** A connected repository as the stores give it: credentials and secret in clear, never to leave the server. */
export interface RepositoryRecord {
    readonly id: string;
    readonly stackId: string;
    readonly url: string;
    readonly branch: string;
    readonly authType: GitAuthType;
    readonly credentials?: GitCredentials | undefined;
    readonly webhookSecret: string;
    readonly provider: GitProvider;
    readonly autoSync: boolean;
    readonly pollIntervalSeconds: number;
    readonly paths: readonly string[];
    readonly aliases: readonly string[];
    readonly allowPrivateHost: boolean;
    readonly lastSyncedAt?: string | undefined;
    readonly lastSyncedCommit?: string | undefined;
    /** The SSH server's key that was seen first, as in `known_hosts` without the host: `ssh-ed25519 AAAA…`. */
    readonly hostKey?: string | undefined;
    /** `SHA256:…` of it. */
    readonly hostKeyFingerprint?: string | undefined;
    /** The public half of the SSH key, in OpenSSH's form. */
    readonly publicKey?: string | undefined;
    /** Full ref → commit, as the last poll saw them; undefined before the first. */
    readonly knownRefs?: Readonly<Record<string, string>> | undefined;
    readonly lastPolledAt?: string | undefined;
    /** Why the last poll failed; undefined when it did not. */
    readonly lastPollError?: string | undefined;
    readonly createdAt: string;
    readonly updatedAt: string;
}

export type NewRepository = Omit<
    RepositoryRecord,
    | "id"
    | "createdAt"
    | "updatedAt"
    | "lastSyncedAt"
    | "lastSyncedCommit"
    | "hostKeyFingerprint"
    | "knownRefs"
    | "lastPolledAt"
    | "lastPollError"
>;

export type PollResult = { readonly knownRefs: Readonly<Record<string, string>> } | { readonly error: string };

/** Repositories in the database; credentials and webhook secret encrypted there. */
export interface RepositoryStore {
    find(id: string): Promise<RepositoryRecord | undefined>;
    findByStack(stackId: string): Promise<RepositoryRecord | undefined>;
    /** All of them, without `knownRefs`. */
    list(): Promise<readonly RepositoryRecord[]>;
    /** Inserts, or replaces the stack's repository, keeping its id. */
    save(repository: NewRepository): Promise<RepositoryRecord>;
    markSynced(id: string, commit: string): Promise<void>;
    /** Writes down what a poll saw, or why it failed (the refs are kept then). */
    markPolled(id: string, result: PollResult): Promise<void>;
    /** Pins another SSH host key; undefined forgets it, so that the next one seen is pinned. */
    pinHostKey(id: string, hostKey: string | undefined): Promise<void>;
    delete(stackId: string): Promise<void>;
}

/** What of a record the outside sees; `baseUrl` is this server's public address without a trailing slash. */
export function viewRepository(record: RepositoryRecord, baseUrl: string): GitRepository {
    const { credentials, webhookSecret, hostKey, knownRefs, ...visible } = record;
    return {
        ...visible,
        paths: [...record.paths],
        aliases: [...record.aliases],
        hasCredentials: credentials !== undefined,
        webhookUrl: `${baseUrl}/api/webhooks/${record.provider}/${record.id}`,
    };
}
