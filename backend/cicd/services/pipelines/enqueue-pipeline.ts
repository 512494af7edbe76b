import type { TriggerType } from "../../../../common/schema/deployment.ts";
import { type PipelineRecord, type PipelineStore } from "../../core/pipeline-run.ts";
import type { RepositoryRecord } from "../../core/git-repository.ts";

export interface EnqueuePipelinePorts {
    readonly pipelines: Pick<PipelineStore, "create" | "list" | "supersede">;
    /** Wakes the worker of the runs that run alone. */
    readonly wakePipelines: () => void;
}

/** A run that deploys nothing. */
export interface PipelineRequest {
    readonly repository: RepositoryRecord;
    readonly ref: { readonly type: "branch" | "tag"; readonly name: string };
    /** The full hash, or "" for whatever the ref points to when it is fetched. */
    readonly commit: string;
    readonly message?: string | undefined;
    readonly author?: string | undefined;
    readonly triggeredBy: TriggerType;
    readonly user?: string | undefined;
    /** The run that it repeats, and the job that it begins with. */
    readonly retryOf?: string | undefined;
    readonly retryFrom?: string | undefined;
}

export type EnqueuePipeline = ReturnType<typeof createEnqueuePipeline>;

/**
 * Queues a run that deploys nothing. A run of the same branch that still waits is ended: it was replaced by a newer one,
 * but not by one that repeats an earlier commit.
 * What nobody asked for by hand, and is the branch's newest run already, is answered as it is (`created: false`).
 */
export function createEnqueuePipeline(ports: EnqueuePipelinePorts) {
    // One at a time: two pushes of a branch at the same instant must not end each other.
    let turn: Promise<unknown> = Promise.resolve();

    return function enqueuePipeline(
        request: PipelineRequest,
    ): Promise<{ readonly pipeline: PipelineRecord; readonly created: boolean }> {
        const result = turn.then(() => enqueueOne(ports, request));
        turn = result.catch(() => undefined);
        return result;
    };
}

async function enqueueOne(ports: EnqueuePipelinePorts, request: PipelineRequest) {
    const same = await findSame(ports, request);
    if (same !== undefined) {
        return { pipeline: same, created: false };
    }
    const { repository, ref, retryOf, retryFrom } = request;
    const branch = ref.type === "branch" ? ref.name : repository.branch;
    const pipeline = await ports.pipelines.create({
        stackId: repository.stackId,
        repositoryId: repository.id,
        commitSha: request.commit,
        commitMessage: request.message,
        commitAuthor: request.author,
        branch,
        tag: ref.type === "tag" ? ref.name : undefined,
        triggeredBy: request.triggeredBy,
        triggeredByUser: request.user,
        retryOf,
        retryFrom,
        runsAlone: true,
    });
    if (retryOf === undefined) {
        await ports.pipelines.supersede(repository.stackId, branch, pipeline.id);
    }
    ports.wakePipelines();
    return { pipeline, created: true };
}

/** A delivery that comes twice, or is found again by polling, tests nothing twice. */
async function findSame(
    { pipelines }: EnqueuePipelinePorts,
    { repository, ref, commit, triggeredBy }: PipelineRequest,
): Promise<PipelineRecord | undefined> {
    if (commit === "" || ref.type === "tag" || triggeredBy === "manual" || triggeredBy === "api") {
        return undefined;
    }
    const [newest] = await pipelines.list(repository.stackId, { branch: ref.name, limit: 1 });
    if (newest === undefined || newest.tag !== undefined || newest.commitSha !== commit) {
        return undefined;
    }
    // Polls see a branch for as long as it stands: what was cancelled would come again and again.
    return triggeredBy === "scheduled" || !isCancelled(newest) ? newest : undefined;
}

function isCancelled({ status, cancelRequestedAt }: PipelineRecord): boolean {
    return status === "cancelled" || cancelRequestedAt !== undefined;
}
