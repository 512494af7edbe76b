import type { BuildConfigRecord } from "../core/build-config.ts";
import type { DeploymentRecord, DeploymentStore } from "../core/deployment.ts";
import { DeploymentFailure } from "../core/failure.ts";
import type { CommitInfo, Git, GitCall } from "../core/git.ts";
import type { RepositoryRecord } from "../core/git-repository.ts";
import { touchesStack, whyMessageIgnored } from "../core/push-rules.ts";
import type { DeploymentRun } from "./deployment-run.ts";

export interface WorthPorts {
    readonly git: Git;
    readonly deployments: Pick<DeploymentStore, "findLive" | "listAttempts">;
}

export interface Worth {
    readonly repository: RepositoryRecord;
    readonly config: BuildConfigRecord;
    readonly commit: CommitInfo;
    /** The commit that was asked for; "" for the head of the branch. */
    readonly asked: string;
    /** History that is missing in the mirror is fetched within it. */
    readonly call: GitCall;
}

/**
 * Ends a run that nobody asked for by hand (`cancelled`) where it is older than what is live, or changed nothing of the
 * stack. A schedule builds again what is live already; it only leaves out what was taken back.
 */
export async function checkWorthDeploying(ports: WorthPorts, run: DeploymentRun, worth: Worth): Promise<void> {
    const { triggeredBy } = run.record;
    if (triggeredBy !== "webhook" && triggeredBy !== "scheduled") {
        return;
    }
    const live = await ports.deployments.findLive(run.stack);
    // Polls ask for a commit, and never for the live one; after a crash a schedule's run has a commit, too.
    const isScheduled = triggeredBy === "scheduled" && (worth.asked === "" || worth.commit.sha === live?.commitSha);
    if (isScheduled) {
        await checkNotTakenBack(ports, run, worth.commit, live);
    } else {
        checkMessage(worth.commit);
    }
    if (live === undefined || live.commitSha === "" || live.repositoryId !== worth.repository.id) {
        return;
    }
    await checkNewer(ports.git, run, worth, live);
    if (!isScheduled) {
        await checkTouched(ports.git, worth, live);
    }
}

/** Polls know no messages, and some senders tell none. */
function checkMessage(commit: CommitInfo): void {
    const reason = whyMessageIgnored(commit.message);
    if (reason !== undefined) {
        throw new DeploymentFailure("no_change", `Not deployed: ${reason}.`);
    }
}

/** What was rejected, or rolled back, by itself or by hand, is not put live again at night. */
async function checkNotTakenBack(
    ports: WorthPorts,
    run: DeploymentRun,
    commit: CommitInfo,
    live: DeploymentRecord | undefined,
): Promise<void> {
    if (commit.sha === live?.commitSha) {
        return;
    }
    const attempts = await ports.deployments.listAttempts(run.stack, commit.sha);
    const rejected = attempts.find((row) => row.errorCode === "rejected");
    if (rejected !== undefined) {
        throw new DeploymentFailure(
            "outdated",
            `Commit ${commit.sha.slice(0, 7)} waited for approval before. ${rejected.error ?? ""} Push another one, or deploy it by hand.`,
        );
    }
    if (attempts.some(({ status }) => status === "rolled_back" || status === "successful")) {
        throw new DeploymentFailure(
            "outdated",
            `Commit ${commit.sha.slice(0, 7)} was deployed before and taken back. Push another one, or deploy it by hand.`,
        );
    }
}

async function checkNewer(git: Git, run: DeploymentRun, worth: Worth, live: DeploymentRecord): Promise<void> {
    const { commit } = worth;
    if (!isSameLine(run, commit, live)) {
        return;
    }
    const relation = await relationToLive(git, worth, live);
    if (relation === "older") {
        throw new DeploymentFailure(
            "outdated",
            `Commit ${commit.sha.slice(0, 7)} is older than ${live.commitSha.slice(0, 7)}, which is live. To go back on purpose, use Roll back.`,
        );
    }
    if (relation === "rewritten") {
        run.say(
            `The history of branch ${live.branch} was rewritten: ${live.commitSha.slice(0, 7)}, which is live, is no longer a part of it.`,
        );
    }
}

function isSameLine(run: DeploymentRun, commit: CommitInfo, live: DeploymentRecord): boolean {
    return run.record.tag === undefined && run.record.branch === live.branch && commit.sha !== live.commitSha;
}

async function relationToLive(
    git: Git,
    { repository, commit, call }: Worth,
    live: DeploymentRecord,
): Promise<"newer" | "older" | "rewritten"> {
    if (await git.isAncestor(repository, live.commitSha, commit.sha, call)) {
        return "newer";
    }
    return (await git.isAncestor(repository, commit.sha, live.commitSha, call)) ? "older" : "rewritten";
}

async function checkTouched(
    git: Git,
    { repository, config, commit, call }: Worth,
    live: DeploymentRecord,
): Promise<void> {
    const files = await git.changedFiles(repository, live.commitSha, commit.sha, call);
    if (files !== undefined && !touchesStack(files, { paths: repository.paths, composePath: config.composePath })) {
        throw new DeploymentFailure(
            "no_change",
            `Nothing of this stack changed since ${live.commitSha.slice(0, 7)}, which is live.`,
        );
    }
}
