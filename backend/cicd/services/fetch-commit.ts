import type { BuildConfigRecord } from "../core/build-config.ts";
import type { DeploymentStore } from "../core/deployment.ts";
import { DeploymentFailure } from "../core/failure.ts";
import type { CommitInfo, Git, GitRemote } from "../core/git.ts";
import type { RepositoryRecord, RepositoryStore } from "../core/git-repository.ts";
import { touchesStack } from "../core/push-rules.ts";
import type { DeploymentRun } from "./deployment-run.ts";

export interface FetchPorts {
    readonly git: Git;
    readonly deployments: DeploymentStore;
    readonly repositories: RepositoryStore;
}

/** Where a push is looked for that this one has replaced. */
const recentDeployments = 20;

/**
 * Brings the mirror up to date and finds the commit to deploy. Ends the run (`cancelled`) where a push is older than
 * what is live, or changed nothing of the stack.
 */
export async function fetchCommit(
    ports: FetchPorts,
    run: DeploymentRun,
    repository: RepositoryRecord,
    config: BuildConfigRecord,
    signal: AbortSignal,
): Promise<CommitInfo> {
    const { branch, tag } = run.record;
    run.say(`Fetching ${tag === undefined ? `branch ${branch}` : `tag ${tag}`} of ${repository.url}`);
    await ports.git.fetch(repository, {
        signal,
        timeoutSeconds: config.timeout,
        deploymentId: run.id,
        onLine: (line) => run.write("stderr", line),
    });
    const ref = tag === undefined ? { branch } : { tag };
    const pushed = await ports.git.resolve(repository, ref, run.record.commitSha || undefined);
    const commit = (await findReplaced(ports, run, repository, pushed)) ?? pushed;
    await run.change({ commitSha: commit.sha, commitMessage: commit.message, commitAuthor: commit.author });
    await ports.repositories.markSynced(repository.id, commit.sha);
    run.say(`Commit ${commit.sha} by ${commit.author}: ${firstLine(commit.message)}`);
    if (run.record.triggeredBy === "webhook" || run.record.triggeredBy === "scheduled") {
        await checkWorthDeploying(ports, run, repository, config, commit);
    }
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
    pushed: CommitInfo,
): Promise<CommitInfo | undefined> {
    const { branch, tag, triggeredBy } = run.record;
    if (triggeredBy !== "webhook" || tag !== undefined) {
        return undefined;
    }
    const recent = await ports.deployments.list(run.stack, recentDeployments);
    const replaced = recent.filter(
        (row) => row.errorCode === "superseded" && row.branch === branch && row.tag === undefined,
    );
    let newest = pushed;
    for (const { commitSha } of replaced) {
        if (commitSha !== newest.sha && (await ports.git.isAncestor(repository, newest.sha, commitSha))) {
            // It may have left the branch meanwhile.
            newest = await ports.git.resolve(repository, { branch }, commitSha).catch(() => newest);
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

async function checkWorthDeploying(
    ports: FetchPorts,
    run: DeploymentRun,
    repository: RepositoryRecord,
    config: BuildConfigRecord,
    commit: CommitInfo,
): Promise<void> {
    const live = await ports.deployments.findLive(run.stack);
    if (live === undefined || live.commitSha === "" || live.repositoryId !== repository.id) {
        return;
    }
    await checkNewer(ports.git, run, repository, live.commitSha, live.branch, commit);
    const files = await ports.git.changedFiles(repository, live.commitSha, commit.sha);
    if (files !== undefined && !touchesStack(files, { paths: repository.paths, composePath: config.composePath })) {
        throw new DeploymentFailure(
            "no_change",
            `Nothing of this stack changed since ${live.commitSha.slice(0, 7)}, which is live.`,
        );
    }
}

async function checkNewer(
    git: Git,
    run: DeploymentRun,
    remote: GitRemote,
    liveCommit: string,
    liveBranch: string,
    commit: CommitInfo,
): Promise<void> {
    const sameLine = run.record.tag === undefined && run.record.branch === liveBranch && commit.sha !== liveCommit;
    if (sameLine && (await git.isAncestor(remote, commit.sha, liveCommit))) {
        throw new DeploymentFailure(
            "outdated",
            `Commit ${commit.sha.slice(0, 7)} is older than ${liveCommit.slice(0, 7)}, which is live. To go back on purpose, use Roll back.`,
        );
    }
}

function firstLine(text: string): string {
    return text.split("\n", 1)[0] ?? "";
}
