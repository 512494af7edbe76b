import type { RefreshImage, TriggerType } from "../../../common/schema/deployment.ts";
import type { BuildConfigRecord } from "../core/build-config.ts";
import {
    awaitsApproval,
    type DeploymentRecord,
    type DeploymentStore,
    type NewDeployment,
    type QueueView,
} from "../core/deployment.ts";
import type { RepositoryRecord } from "../core/git-repository.ts";
import type { NewPipeline } from "../core/pipeline-run.ts";
import { mergeImages, mergeRefresh } from "./merge-refresh.ts";
import type { RunningDeployments } from "./running-deployments.ts";
import { supersedeWaiting } from "./supersede-waiting.ts";

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
    /** A sentence for the row about what asking for it has changed. */
    readonly note?: string | undefined;
    /** Images that were pushed; `ref` and `commit` are those that are live then. */
    readonly refreshImages?: readonly RefreshImage[] | undefined;
    /** The run of a pipeline that the deployment's own repeats, and the job that it begins with. */
    readonly repeats?: { readonly pipelineId: string; readonly from?: string | undefined } | undefined;
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
 * false`); for pushes the same commit already live, too. Whatever else of the stack waits, for its turn or for approval,
 * is replaced, what builds is asked to stop; what applies is left to finish.
 */
export function createEnqueue(ports: EnqueuePorts) {
    // One at a time: two pushes of images at the same instant must not both find nothing to join.
    let turn: Promise<unknown> = Promise.resolve();

    return function enqueue(input: EnqueueInput): Promise<{ deployment: DeploymentRecord; created: boolean }> {
        const { refreshImages } = input;
        if (refreshImages === undefined) {
            return enqueueCommit(ports, input);
        }
        const result = turn.then(() => enqueueRefresh(ports, input, refreshImages));
        turn = result.catch(() => undefined);
        return result;
    };
}

export type Enqueue = ReturnType<typeof createEnqueue>;

async function enqueueCommit(
    ports: EnqueuePorts,
    input: EnqueueInput,
): Promise<{ deployment: DeploymentRecord; created: boolean }> {
    let building: readonly DeploymentRecord[] = [];
    const reason = `Superseded by ${nameOf({ commitSha: input.commit })}.`;
    const queued = await ports.deployments.queue(input.repository.stackId, (view) => {
        const same = findSame(view, input);
        if (same !== undefined) {
            return { same };
        }
        const others = view.active.filter(isReplaceable);
        const replaced = others.filter((row) => row.status === "pending" || awaitsApproval(row));
        building = others.filter((row) => row.status === "building" && !replaced.includes(row));
        const create = newDeployment(input);
        return { create, replaced, reason, pipeline: repeatedRun(create, input) };
    });
    if (!queued.created) {
        return queued;
    }
    [queued.deployment, ...queued.cancelled].forEach(ports.announce);
    for (const row of building) {
        await stopBuilding(ports, row, queued.deployment, reason);
    }
    ports.wake();
    return queued;
}

async function enqueueRefresh(
    ports: EnqueuePorts,
    input: EnqueueInput,
    images: readonly RefreshImage[],
): Promise<{ deployment: DeploymentRecord; created: boolean }> {
    const active = await ports.deployments.listActive(input.repository.stackId);
    const merged = await mergeRefresh(ports, active, images);
    if (merged !== undefined) {
        return merged;
    }
    // What waits for approval with images of its own would go live without these: one takes both.
    const waiting = active.filter((row) => row.refreshImages !== undefined && mayAsk(row, input));
    const refreshImages = waiting.reduceRight((all, row) => mergeImages(row.refreshImages ?? [], all), images);
    const deployment = await ports.deployments.create(newDeployment({ ...input, refreshImages }));
    ports.announce(deployment);
    const what = "a newer push of images";
    await supersedeWaiting(ports, waiting, { id: deployment.id, what });
    for (const row of waiting.filter((one) => !awaitsApproval(one))) {
        await stopBuilding(ports, row, deployment, `Superseded by ${what}.`);
    }
    ports.wake();
    return { deployment, created: true };
}

function newDeployment(input: EnqueueInput): NewDeployment {
    return {
        stackId: input.repository.stackId,
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
        note: input.note,
    };
}

function repeatedRun(deployment: NewDeployment, { repeats }: EnqueueInput): NewPipeline | undefined {
    const { stackId, repositoryId, commitSha, commitMessage, commitAuthor, branch, tag } = deployment;
    return (
        repeats && {
            ...{ stackId, repositoryId, commitSha, commitMessage, commitAuthor, branch, tag },
            triggeredBy: deployment.triggeredBy,
            triggeredByUser: deployment.triggeredByUser,
            retryOf: repeats.pipelineId,
            retryFrom: repeats.from,
            runsAlone: false,
        }
    );
}

function findSame(view: QueueView, input: EnqueueInput): DeploymentRecord | undefined {
    const commits = view.active.filter((row) => isReplaceable(row) && !isForClick(row, input));
    return commits.find((row) => isSame(row, input)) ?? sameLive(view, input);
}

function isSame(row: DeploymentRecord, input: EnqueueInput): boolean {
    const tag = input.ref.type === "tag" ? input.ref.name : undefined;
    const sameRef = row.tag === tag && (tag !== undefined || row.branch === input.ref.name);
    return sameRef && row.commitSha === input.commit && row.cancelRequestedAt === undefined;
}

/** What a person starts by hand needs no approval: it takes the place of what waits for one, or would. */
function isForClick(row: DeploymentRecord, input: EnqueueInput): boolean {
    return input.triggeredBy === "manual" && mayAsk(row, input);
}

/** Whether it waits for approval, or is going to. */
function mayAsk(row: DeploymentRecord, { buildConfig }: EnqueueInput): boolean {
    const isAsked = row.triggeredBy === "manual" || row.approvedAt !== undefined;
    const isGoing = row.status === "deploying" || row.cancelRequestedAt !== undefined;
    return awaitsApproval(row) || (buildConfig.approval && !isAsked && !isGoing);
}

function sameLive(view: QueueView, input: EnqueueInput): DeploymentRecord | undefined {
    if (input.triggeredBy === "manual" || input.triggeredBy === "api" || input.commit === "") {
        return undefined;
    }
    const live = view.live();
    return live !== undefined && isSame(live, input) ? live : undefined;
}

/** A rollback that waits was asked for by a person: a push does not take its place. */
function isRollback(row: DeploymentRecord): boolean {
    return row.previousDeploymentId !== undefined;
}

/** Pushed images go to whatever is live when their turn comes: a commit does not take their place. */
function isReplaceable(row: DeploymentRecord): boolean {
    return !isRollback(row) && row.refreshImages === undefined;
}

function nameOf({ commitSha }: Pick<DeploymentRecord, "commitSha">): string {
    return commitSha === "" ? "a newer deployment" : commitSha.slice(0, 7);
}

async function stopBuilding(
    ports: EnqueuePorts,
    row: DeploymentRecord,
    by: DeploymentRecord,
    reason: string,
): Promise<void> {
    const marked = await ports.deployments.update(row.id, "building", { supersededBy: by.id });
    if (marked !== undefined && (await ports.deployments.requestCancel(row.id, reason))) {
        ports.running.abort(row.id, { errorCode: "superseded", message: reason });
        // It may have come to wait for approval just now, and heard of nothing.
        const now = await ports.deployments.find(row.id);
        await supersedeWaiting(ports, now === undefined ? [] : [now], { id: by.id, what: nameOf(by) });
    }
}
