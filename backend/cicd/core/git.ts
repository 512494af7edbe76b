import type { GitAuthType, GitCredentials, GitProvider } from "../../../common/schema/git-repository.ts";

/** A remote and what opens it. */
export interface GitRemote {
    readonly url: string;
    readonly authType: GitAuthType;
    readonly credentials?: GitCredentials | undefined;
    readonly allowPrivateHost: boolean;
    /** The SSH server's pinned key, `ssh-ed25519 AAAA…`; without it the first one seen is accepted and told. */
    readonly hostKey?: string | undefined;
    /** Whose server it is: decides the user name where only a token is known. */
    readonly provider?: GitProvider | undefined;
}

export interface CommitInfo {
    readonly sha: string;
    readonly message: string;
    /** The author's name, without address. */
    readonly author: string;
    readonly time: string;
}

export interface RemoteRefs {
    readonly branches: readonly { readonly name: string; readonly commit: string }[];
    readonly tags: readonly { readonly name: string; readonly commit: string }[];
    readonly defaultBranch: string;
}

export type WantedRef = { readonly branch: string } | { readonly tag: string };

export interface GitCall {
    readonly signal: AbortSignal;
    readonly timeoutSeconds: number;
    /** Marks the processes, so that ones that outlive the server are found again (`TargetHost.endOrphans`). */
    readonly deploymentId?: string | undefined;
    /** Git's own words, line by line, for the deployment's log. */
    readonly onLine?: (line: string) => void;
    /** Told the SSH server's key where none was pinned; waited for, also where the call fails afterwards. */
    readonly onHostKey?: ((hostKey: string) => void | Promise<void>) | undefined;
}

/**
 * Git. One bare mirror per address; every method throws AppError: `invalid` (address, ref or commit; details
 * `{ errorCode }` with `branch_missing`, `commit_missing`, `address_refused`), `unauthorized` (details `auth_failed`),
 * `unavailable` (details `remote_unavailable`), `conflict` (details `host_key_changed`, `pinned`, `offered`, `keyType`).
 */
export interface Git {
    /** Checks scheme, host and form of an address without any network; throws `invalid` with the reason and way out. */
    checkAddress(url: string, allowPrivateHost: boolean): void;
    /** Asks the remote for its refs (`git ls-remote`), with nothing stored. */
    listRemote(remote: GitRemote, call: GitCall): Promise<RemoteRefs>;
    /** Brings the mirror's heads and tags up to date with the stack's own credentials. */
    fetch(remote: GitRemote, call: GitCall): Promise<void>;
    /**
     * The full commit that a ref (and optionally a commit on it) means in the mirror. The commit must be reachable
     * from its ref. Like the two below it fetches older history where the mirror has none of it yet; `call` bounds that.
     */
    resolve(remote: GitRemote, ref: WantedRef, commit: string | undefined, call?: GitCall): Promise<CommitInfo>;
    /** Whether `ancestor` lies in the history of `commit` (or is it). False for unknown commits. */
    isAncestor(remote: GitRemote, ancestor: string, commit: string, call?: GitCall): Promise<boolean>;
    /** Paths that differ between two commits (a submodule by its own path); undefined when one is not in the mirror. */
    changedFiles(remote: GitRemote, from: string, to: string, call?: GitCall): Promise<readonly string[] | undefined>;
    /**
     * The commits of `to` that are not in the history of `from`, newest first and at most so many, with the first lines
     * of their messages. Undefined where the mirror cannot tell; nothing is fetched.
     */
    commitsBetween(
        remote: GitRemote,
        from: string,
        to: string,
        most: number,
    ): Promise<readonly CommitInfo[] | undefined>;
    /**
     * Writes the files of a commit into an empty directory, with its submodules and LFS objects: hooks and filters off,
     * umask 022, no `.git`. Also `not_contained` and `not_supported` for what a commit must not hold.
     */
    addWorktree(remote: GitRemote, commit: string, directory: string, call: GitCall): Promise<void>;
    /** Removes a worktree and its entry in the mirror. Never fails for one that is gone. */
    removeWorktree(remote: GitRemote, directory: string): Promise<void>;
    /** All paths of a commit, sorted. */
    listFiles(remote: GitRemote, commit: string): Promise<readonly string[]>;
    /** A file's text at a commit; undefined where there is none. */
    readFile(remote: GitRemote, commit: string, path: string): Promise<string | undefined>;
    /** Does some work with a mirror that nobody else may take away meanwhile. */
    use<T>(url: string, work: () => Promise<T>): Promise<T>;
    /** Deletes the mirror, unless somebody still uses it: who is the last to do so is to forget it, then. */
    forget(url: string): Promise<void>;
}
