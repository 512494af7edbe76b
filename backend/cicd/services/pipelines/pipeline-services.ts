import { AppError } from "../../../../common/errors.ts";
import type { DeploymentRequest } from "../../../../common/schema/deployment.ts";
import type { LogLine, LogRange } from "../../../../common/schema/log-line.ts";
import type { PageQuery } from "../../../../common/schema/page.ts";
import type { PipelineJobRun, PipelineRun } from "../../../../common/schema/pipeline-run.ts";
import type { BuildConfigStore } from "../../core/build-config.ts";
import type { DeploymentStore } from "../../core/deployment.ts";
import type { RepositoryStore } from "../../core/git-repository.ts";
import type { Caller } from "../../core/host.ts";
import type { PipelineStore } from "../../core/pipeline-run.ts";
import { type FollowOptions, LogFollower } from "../follow-log.ts";
import { requireStack, type StackPorts } from "../list-stacks.ts";
import { cancelPipeline, type CancelPipelinePorts } from "./cancel-pipeline.ts";
import { listPipelines, type PipelineList, requireJob, requirePipeline } from "./list-pipelines.ts";
import {
    findJobLog,
    findRunLog,
    followPlacedLog,
    type PipelineLogPorts,
    readPipelineLog,
    readPlacedLog,
} from "./pipeline-log.ts";
import { type RetryCall, retryPipeline, type RetryPipelinePorts } from "./retry-pipeline.ts";
import type { RunningPipelines } from "./running-pipelines.ts";
import { startJob, type StartJobPorts } from "./start-job.ts";
import { triggerPipeline, type TriggerPipelinePorts } from "./trigger-pipeline.ts";
import { viewOnePipeline } from "./view-pipeline.ts";

export interface PipelineServicePorts
    extends TriggerPipelinePorts, CancelPipelinePorts, RetryPipelinePorts, StartJobPorts, PipelineLogPorts, StackPorts {
    readonly pipelines: PipelineStore;
    readonly deployments: DeploymentStore;
    readonly repositories: RepositoryStore;
    readonly buildConfigs: BuildConfigStore;
    readonly runningPipelines: Pick<RunningPipelines, "abort" | "changed">;
}

interface IdCall {
    readonly id: string;
    readonly caller: Caller;
}

/** A log that can be read as it is, and followed until its run or job has ended. */
export interface ReadableLog {
    read(): AsyncIterable<readonly LogLine[]>;
    follow(given: {
        readonly afterSeq: number;
        readonly signal: AbortSignal;
        readonly onLines: (lines: readonly LogLine[]) => void | Promise<void>;
    }): Promise<{ readonly status: string; readonly error?: string | undefined }>;
}

/** What both edges offer of runs of pipelines. Throws AppError. */
export interface PipelineServices {
    /** Newest first, of all branches or of one. */
    listPipelines(stack: string, page: PageQuery & { readonly branch?: string | undefined }): Promise<PipelineList>;
    findPipeline(id: string): Promise<PipelineRun>;
    findPipelineJob(id: string): Promise<PipelineJobRun>;
    /** Runs a stack's pipeline and deploys nothing. */
    triggerPipeline(call: {
        readonly stack: string;
        readonly request: DeploymentRequest;
        readonly caller: Caller;
    }): Promise<PipelineRun>;
    cancelPipeline(call: IdCall): Promise<PipelineRun>;
    retryPipeline(call: RetryCall): Promise<PipelineRun>;
    /** Starts a manual job; answers its run. */
    startJob(call: IdCall): Promise<PipelineRun>;
    /** Of a job, or of a run that has a log of its own. */
    readPipelineLog(id: string, range: LogRange): Promise<readonly LogLine[]>;
    /** Follows such a log until stopped. */
    followPipelineLog(options: Omit<FollowOptions, "logs">): LogFollower;
    openPipelineLog(id: string): Promise<ReadableLog>;
    openJobLog(id: string): Promise<ReadableLog>;
}

export function pipelineServices(ports: PipelineServicePorts): PipelineServices {
    const open = (log: Awaited<ReturnType<typeof findRunLog>>): ReadableLog => ({
        read: () => readPlacedLog(log),
        follow: (given) => followPlacedLog(ports, log, given),
    });
    return {
        async listPipelines(stack, page) {
            const found = await listPipelines(ports, stack, page);
            if (found.items.length === 0) {
                // History outlives its stack: only where there is none must the stack exist.
                await requireStack(ports, stack);
            }
            return found;
        },
        findPipeline: async (id) => viewOnePipeline(ports, await requirePipeline(ports, id)),
        findPipelineJob: (id) => findJob(ports, id),
        triggerPipeline: async (call) => viewOnePipeline(ports, await triggerPipeline(ports, call)),
        cancelPipeline: async (call) => viewOnePipeline(ports, await cancelPipeline(ports, call)),
        retryPipeline: async (call) => viewOnePipeline(ports, await retryPipeline(ports, call)),
        startJob: async (call) => viewOnePipeline(ports, await startJob(ports, call)),
        readPipelineLog: (id, range) => readPipelineLog(ports, id, range),
        followPipelineLog: (options) => new LogFollower({ ...options, logs: ports.jobLogs }),
        openPipelineLog: async (id) => open(await findRunLog(ports, id)),
        openJobLog: async (id) => open(await findJobLog(ports, id)),
    };
}

async function findJob(ports: PipelineServicePorts, id: string): Promise<PipelineJobRun> {
    const { pipelineId } = await requireJob(ports, id);
    const { jobs } = await viewOnePipeline(ports, await requirePipeline(ports, pipelineId));
    const job = jobs.find((one) => one.id === id);
    if (job === undefined) {
        throw new AppError("not_found", `job: ${id} was removed just now, with its pipeline`);
    }
    return job;
}
