import type { CommitInfo, Git, GitCall } from "../core/git.ts";
import type { RepositoryRecord, RepositoryStore } from "../core/git-repository.ts";
import { pinFirstKey, withPinnedKey } from "./pin-host-key.ts";

export interface FetchRefPorts {
    readonly git: Pick<Git, "fetch" | "resolve">;
    readonly repositories: Pick<RepositoryStore, "find" | "pinHostKey">;
}

export interface FetchRefCall {
    readonly branch: string;
    readonly tag: string | undefined;
    /** The commit on it; "" for its head. */
    readonly asked: string;
    readonly signal: AbortSignal;
    readonly timeoutSeconds: number;
    /** Marks git's processes: the deployment's or the pipeline's. */
    readonly runId: string;
    readonly say: (text: string) => void;
    /** Git's own words. */
    readonly onLine: (line: string) => void;
}

/** The repository with the host key that was pinned just now, its commit, and how to ask git for more. */
export interface FetchedRef {
    readonly repository: RepositoryRecord;
    readonly commit: CommitInfo;
    readonly call: GitCall;
}

/** Brings the mirror up to date and finds what a branch, a tag or a commit on it means. Throws what git throws. */
export async function fetchRef(
    ports: FetchRefPorts,
    unfetched: RepositoryRecord,
    given: FetchRefCall,
): Promise<FetchedRef> {
    const { branch, tag, asked, signal, timeoutSeconds, runId, say, onLine } = given;
    say(`Fetching ${tag === undefined ? `branch ${branch}` : `tag ${tag}`} of ${unfetched.url}`);
    const call: GitCall = {
        ...{ signal, timeoutSeconds, deploymentId: runId, onLine },
        onHostKey: pinFirstKey(ports.repositories, unfetched),
    };
    await ports.git.fetch(unfetched, call);
    const repository = await withPinnedKey(ports.repositories, unfetched);
    const ref = tag === undefined ? { branch } : { tag };
    return { repository, commit: await ports.git.resolve(repository, ref, asked || undefined, call), call };
}

/** For the log. */
export function describeCommit({ sha, author, message }: CommitInfo): string {
    return `Commit ${sha} by ${author}: ${message.split("\n", 1)[0] ?? ""}`;
}
