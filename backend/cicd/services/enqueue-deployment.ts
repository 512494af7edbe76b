import type { RefreshImage, TriggerType } from "../../../common/schema/deployment.ts";
import type { BuildConfigRecord } from "../core/build-config.ts";
import type { DeploymentRecord, DeploymentStore } from "../core/deployment.ts";
import type { RepositoryRecord } from "../core/git-repository.ts";
import { mergeRefresh } from "./merge-refresh.ts";
import type { RunningDeployments } from "./running-deployments.ts";

export interface EnqueueInput {
    readonly repository: RepositoryRecord;
    readonly buildConfig: BuildConfigRecord;
    readonly ref: { readonly type: "branch" | "tag"; readonly name: string };
    /** The full hash, or "" for whatever the ref points to when it is fetched. */
    readonly commit: string;
    readonly message?: string | undefined;
    readonly author?: string | undefined;
    readonly triggeredBy: TriggerType;
    readonly user?: string | undefined;
    /** Images that were pushed; `ref` and `commit` are those that are live then. */
    readonly refreshImages?: readonly RefreshImage[] | undefined;
}

export interface EnqueuePorts {
    readonly deployments: DeploymentStore;
    readonly running: RunningDeployments;
    /** Called with every row that was made or changed. */
    readonly announce: (deployment: DeploymentRecord) => void;
    /** Wakes the worker. */
    readonly wake: () => void;
}

/**
 * Queues a deployment. The same stack, ref and commit already waiting or running is answered as it is (`created:
 * false`); for pushes the same commit already live, too. Whatever else of the stack waits is replaced, what builds is
 * asked to stop; what applies is left to finish.
 */
export function createEnqueue(ports: EnqueuePorts) {
    // One at a time: two pushes at the same instant must not both find nothing to replace.
    let turn: Promise<unknown> = Promise.resolve();

    return function enqueue(input: EnqueueInput): Promise<{ deployment: DeploymentRecord; created: boolean }> {
        const result = turn.then(() => enqueueInTurn(ports, input));
        turn = result.catch(() => undefined);
        return result;
    };
}

export type Enqueue = ReturnType<typeof createEnqueue>;

async function enqueueInTurn(
    ports: EnqueuePorts,
    input: EnqueueInput,
): Promise<{ deployment: DeploymentRecord; created: boolean }> {
    const stack = input.repository.stackId;
    const active = await ports.deployments.listActive(stack);
    const found = await findSame(ports, active, input);
    if (found !== undefined) {
        return found;
    }
    const deployment = await ports.deployments.create({
        stackId: stack,
        buildConfigId: input.buildConfig.id,
        repositoryId: input.repository.id,
        commitSha: input.commit,
        commitMessage: input.message,
        commitAuthor: input.author,
        branch: input.ref.type === "branch" ? input.ref.name : input.repository.branch,
        tag: input.ref.type === "tag" ? input.ref.name : undefined,
        triggeredBy: input.triggeredBy,
        triggeredByUser: input.user,
        refreshImages: input.refreshImages,
    });
    ports.announce(deployment);
    for (const row of input.refreshImages === undefined ? active : []) {
        await supersede(ports, row, deployment);
    }
    ports.wake();
    return { deployment, created: true };
}

async function findSame(
    ports: EnqueuePorts,
    active: readonly DeploymentRecord[],
    input: EnqueueInput,
): Promise<{ deployment: DeploymentRecord; created: boolean } | undefined> {
    if (input.refreshImages !== undefined) {
        return mergeRefresh(ports, active, input.refreshImages);
    }
    const commits = active.filter((row) => !isRollback(row) && row.refreshImages === undefined);
    const same = commits.find((row) => isSame(row, input)) ?? (await sameLive(ports, input.repository.stackId, input));
    return same && { deployment: same, created: false };
}

function isSame(row: DeploymentRecord, input: EnqueueInput): boolean {
    const tag = input.ref.type === "tag" ? input.ref.name : undefined;
    const sameRef = row.tag === tag && (tag !== undefined || row.branch === input.ref.name);
    return sameRef && row.commitSha === input.commit && row.cancelRequestedAt === undefined;
}

async function sameLive(
    ports: EnqueuePorts,
    stack: string,
    input: EnqueueInput,
): Promise<DeploymentRecord | undefined> {
    if (input.triggeredBy === "manual" || input.triggeredBy === "api" || input.commit === "") {
        return undefined;
    }
    const live = await ports.deployments.findLive(stack);
    return live !== undefined && isSame(live, input) ? live : undefined;
}

/** A rollback that waits was asked for by a person: a push does not take its place. */
function isRollback(row: DeploymentRecord): boolean {
    return row.previousDeploymentId !== undefined;
}

async function supersede(ports: EnqueuePorts, row: DeploymentRecord, by: DeploymentRecord): Promise<void> {
    // Pushed images go to whatever is live when their turn comes: a commit does not take their place.
    if (isRollback(row) || row.refreshImages !== undefined || row.status === "deploying") {
        return;
    }
    const reason = `Superseded by ${by.commitSha === "" ? "a newer deployment" : by.commitSha.slice(0, 7)}.`;
    if (row.status === "pending") {
        const ended = await ports.deployments.transition(row.id, "pending", "cancelled", {
            phase: "done",
            error: reason,
            errorCode: "superseded",
            supersededBy: by.id,
        });
        if (ended !== undefined) {
            ports.announce(ended);
            return;
        }
    }
    const marked = await ports.deployments.update(row.id, "building", { supersededBy: by.id });
    if (marked !== undefined && (await ports.deployments.requestCancel(row.id, reason))) {
        ports.running.abort(row.id, { errorCode: "superseded", message: reason });
    }
}
