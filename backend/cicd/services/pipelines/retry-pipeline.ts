import { AppError } from "../../../../common/errors.ts";
import type { BuildConfigStore } from "../../core/build-config.ts";
import type { RepositoryRecord, RepositoryStore } from "../../core/git-repository.ts";
import type { Caller } from "../../core/host.ts";
import { hasEnded, type PipelineRecord, type PipelineStore } from "../../core/pipeline-run.ts";
import { whyPinned } from "../../core/stack-state.ts";
import type { Enqueue } from "../enqueue-deployment.ts";
import { findPin, type FindPinPorts } from "../find-pin.ts";
import type { EnqueuePipeline } from "./enqueue-pipeline.ts";
import { requirePipeline } from "./list-pipelines.ts";

export interface RetryPipelinePorts extends FindPinPorts {
    readonly pipelines: Pick<PipelineStore, "find" | "jobs">;
    readonly repositories: Pick<RepositoryStore, "findByStack">;
    readonly buildConfigs: Pick<BuildConfigStore, "findByStack">;
    readonly enqueue: Enqueue;
    readonly enqueuePipeline: EnqueuePipeline;
}

export interface RetryCall {
    readonly id: string;
    /** The job to begin with, by name; undefined: those that did not succeed. */
    readonly job?: string | undefined;
    readonly caller: Caller;
}

/**
 * Repeats a run for the same commit, from a job on or those that did not succeed: what succeeded before them is taken
 * over. The run of a deployment is repeated by deploying its commit again. Answers the new run. Throws `not_found`,
 * `invalid` for a job that the run does not have, and `conflict` where it has not ended, nothing failed, the stack is
 * connected to another repository, or is pinned.
 */
export async function retryPipeline(ports: RetryPipelinePorts, call: RetryCall): Promise<PipelineRecord> {
    const record = await requirePipeline(ports, call.id);
    await checkRetry(ports, record, call.job);
    const repository = await ports.repositories.findByStack(record.stackId);
    if (repository === undefined || repository.id !== record.repositoryId) {
        throw new AppError(
            "conflict",
            "pipeline: the stack is not connected to its repository any more; run the pipeline of the new one",
        );
    }
    return record.deploymentId === undefined
        ? repeatAlone(ports, record, repository, call)
        : deployAgain(ports, record, repository, call);
}

async function checkRetry(
    { pipelines }: RetryPipelinePorts,
    record: PipelineRecord,
    job: string | undefined,
): Promise<void> {
    if (!hasEnded(record.status)) {
        throw new AppError("conflict", `pipeline: it is not over yet (${record.status}); cancel it first, or wait`);
    }
    const jobs = (await pipelines.jobs([record.id])).get(record.id) ?? [];
    if (job !== undefined && !jobs.some(({ name }) => name === job)) {
        throw new AppError("invalid", `job: the pipeline has no job "${job}"; give the name of one of its jobs`);
    }
    if (job === undefined && record.status === "success" && jobs.every(({ status }) => status !== "failed")) {
        throw new AppError("conflict", "job: no job failed; give the name of the job to begin with");
    }
}

async function repeatAlone(
    ports: RetryPipelinePorts,
    record: PipelineRecord,
    repository: RepositoryRecord,
    { job, caller }: RetryCall,
): Promise<PipelineRecord> {
    const { pipeline } = await ports.enqueuePipeline({
        ...requestOf(record, caller),
        repository,
        retryOf: record.id,
        retryFrom: job,
    });
    return pipeline;
}

async function deployAgain(
    ports: RetryPipelinePorts,
    record: PipelineRecord,
    repository: RepositoryRecord,
    { job, caller }: RetryCall,
): Promise<PipelineRecord> {
    const buildConfig = await ports.buildConfigs.findByStack(record.stackId);
    const pin = await findPin(ports, record.stackId);
    if (pin !== undefined || buildConfig === undefined) {
        const why = pin === undefined ? "has no build configuration; save one" : `is ${whyPinned(pin)}`;
        throw new AppError("conflict", `pipeline: it deploys again, but the stack ${why}`);
    }
    const repeats = { pipelineId: record.id, from: job };
    const { deployment, created } = await ports.enqueue({
        ...requestOf(record, caller),
        ...{ repository, buildConfig, repeats },
    });
    const run = created && deployment.pipelineId ? await ports.pipelines.find(deployment.pipelineId) : undefined;
    if (run === undefined) {
        throw new AppError("conflict", `pipeline: its commit is being deployed already (${deployment.id})`);
    }
    return run;
}

function requestOf(record: PipelineRecord, caller: Caller) {
    const { branch, tag, commitSha, commitMessage, commitAuthor } = record;
    const type: "branch" | "tag" = tag === undefined ? "branch" : "tag";
    return {
        ref: { type, name: tag ?? branch },
        commit: commitSha,
        message: commitMessage,
        author: commitAuthor,
        triggeredBy: caller.via === "token" ? ("api" as const) : ("manual" as const),
        user: caller.username,
    };
}
