import type { BuildConfigRecord } from "../core/build-config.ts";
import type { DeploymentRecord, DeploymentStore } from "../core/deployment.ts";
import type { CommitInfo, Git, GitCall } from "../core/git.ts";
import type { RepositoryRecord, RepositoryStore } from "../core/git-repository.ts";
import type { StackStateStore } from "../core/stack-state.ts";
import { checkNotPinned } from "./check-not-pinned.ts";
import { checkWorthDeploying } from "./check-worth-deploying.ts";
import type { DeploymentRun } from "./deployment-run.ts";
import { fetchLiveCommit } from "./fetch-live-commit.ts";
import { describeCommit, fetchRef } from "./fetch-ref.ts";

export interface FetchPorts {
    readonly git: Git;
    readonly deployments: DeploymentStore;
    readonly repositories: RepositoryStore;
    readonly stackStates: Pick<StackStateStore, "findPin">;
}

/** Where a push is looked for that this one has replaced. */
const recentDeployments = 20;

/**
 * Brings the mirror up to date and finds the commit to deploy. Ends the run (`cancelled`) where a push is older than
 * what is live, or changed nothing of the stack, and where the stack is pinned to another release.
 */
export async function fetchCommit(
    ports: FetchPorts,
    run: DeploymentRun,
    unfetched: RepositoryRecord,
    config: BuildConfigRecord,
    signal: AbortSignal,
): Promise<CommitInfo> {
    await checkNotPinned(ports, run);
    if (run.record.refreshImages !== undefined) {
        return fetchLiveCommit(ports, run, unfetched, { signal, timeoutSeconds: config.timeout });
    }
    const { branch, tag, commitSha: asked } = run.record;
    const fetched = await fetchRef(ports, unfetched, {
        ...{ branch, tag, asked, signal, timeoutSeconds: config.timeout, runId: run.id },
        say: (text) => run.say(text),
        onLine: (line) => run.write("stderr", line),
    });
    const { repository, commit: pushed, call } = fetched;
    const commit = (await findReplaced(ports, run, repository, { pushed, call })) ?? pushed;
    await run.change({ commitSha: commit.sha, commitMessage: commit.message, commitAuthor: commit.author });
    await ports.repositories.markSynced(repository.id, commit.sha);
    run.say(describeCommit(commit));
    await checkWorthDeploying(ports, run, { repository, config, commit, asked, call });
    return commit;
}

/**
 * Pushes may arrive in another order than they were made: the newest commit in this one's future that such a push has
 * kept from being deployed. Undefined where there is none.
 */
async function findReplaced(
    ports: FetchPorts,
    run: DeploymentRun,
    repository: RepositoryRecord,
    { pushed, call }: { readonly pushed: CommitInfo; readonly call: GitCall },
): Promise<CommitInfo | undefined> {
    const { branch, tag, triggeredBy } = run.record;
    if ((triggeredBy !== "webhook" && triggeredBy !== "scheduled") || tag !== undefined) {
        return undefined;
    }
    const isReplaced = (row: DeploymentRecord): boolean =>
        row.errorCode === "superseded" && row.branch === branch && row.tag === undefined;
    const head = await ports.git.resolve(repository, { branch }, undefined, call);
    // After a burst of pushes the newest of them may lie far behind; mostly it is the branch's head.
    const [lastOfHead] = await ports.deployments.listAttempts(run.stack, head.sha);
    const headIsReplaced = head.sha !== pushed.sha && lastOfHead !== undefined && isReplaced(lastOfHead);
    const recent = await ports.deployments.list(run.stack, recentDeployments);
    const replaced = headIsReplaced ? [] : recent.filter(isReplaced);
    let newest = headIsReplaced ? head : pushed;
    for (const { commitSha } of replaced) {
        if (commitSha !== newest.sha && (await ports.git.isAncestor(repository, newest.sha, commitSha, call))) {
            // It may have left the branch meanwhile.
            newest = await ports.git.resolve(repository, { branch }, commitSha, call).catch(() => newest);
        }
    }
    if (newest === pushed) {
        return undefined;
    }
    run.say(`Commit ${short(pushed)} was pushed before ${short(newest)}: deploying the newer one.`);
    return newest;
}

function short({ sha }: CommitInfo): string {
    return sha.slice(0, 7);
}
