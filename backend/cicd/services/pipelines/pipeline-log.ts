import { AppError, errorCode } from "../../../../common/errors.ts";
import type { DeploymentPhase } from "../../../../common/schema/deployment.ts";
import type { LogLine, LogRange } from "../../../../common/schema/log-line.ts";
import type { JobStatus } from "../../../../common/schema/job-status.ts";
import type { Clock } from "../../core/clock.ts";
import type { LogStore } from "../../core/log-stream.ts";
import { hasEnded, type JobRecord, type PipelineStore } from "../../core/pipeline-run.ts";
import { followLogToEnd, readWholeLog, type FollowRequest } from "../deployment-log.ts";
import { requireJob, requirePipeline } from "./list-pipelines.ts";

export interface PipelineLogPorts {
    readonly pipelines: Pick<PipelineStore, "find" | "findJob">;
    /** Of deployments. */
    readonly logs: LogStore;
    /** Of jobs, and of runs that run alone. */
    readonly jobLogs: LogStore;
    readonly clock: Clock;
}

/** Where lines are found. */
export interface PlacedLog {
    readonly logs: LogStore;
    /** Of the log in its store. */
    readonly id: string;
    /** A deployment's log tells of more than its pipeline. */
    readonly phase?: DeploymentPhase | undefined;
    /** The row that the log tells of, as it is now. */
    find(): Promise<{ readonly status: JobStatus; readonly error?: string | undefined }>;
}

/** The log of a run. One that runs for a deployment writes into the deployment's. Throws `not_found`. */
export async function findRunLog(ports: PipelineLogPorts, id: string): Promise<PlacedLog> {
    const { deploymentId, runsAlone } = await requirePipeline(ports, id);
    const find = () => requirePipeline(ports, id);
    return deploymentId === undefined || runsAlone
        ? { logs: ports.jobLogs, id, find }
        : { logs: ports.logs, id: deploymentId, phase: "pipeline", find };
}

/** The log of a job; of one that was taken over, that of the run that it ran in. Throws `not_found`. */
export async function findJobLog(ports: PipelineLogPorts, id: string): Promise<PlacedLog> {
    const origin = await findOrigin(ports, await requireJob(ports, id));
    return { logs: ports.jobLogs, id: origin, find: () => requireJob(ports, id) };
}

/** What was taken over may have been taken over before; and its run may be gone, but for its log. */
async function findOrigin({ pipelines }: PipelineLogPorts, job: JobRecord): Promise<string> {
    const passed = new Set<string>();
    let now: JobRecord | undefined = job;
    let id = job.id;
    while (now?.reusedFrom !== undefined && !passed.has(id)) {
        passed.add(id);
        id = now.reusedFrom;
        now = await pipelines.findJob(id);
    }
    return id;
}

/** Lines of a job's log, or of a run that has a log of its own. Throws `not_found`. */
export async function readPipelineLog(
    ports: PipelineLogPorts,
    id: string,
    range: LogRange,
): Promise<readonly LogLine[]> {
    const log = await findEither(ports, id);
    if (log.phase !== undefined) {
        throw new AppError("invalid", "pipeline: it runs for a deployment; follow the log of that deployment");
    }
    return log.logs.read(log.id, range);
}

async function findEither(ports: PipelineLogPorts, id: string): Promise<PlacedLog> {
    try {
        return await findJobLog(ports, id);
    } catch (error) {
        if (errorCode(error) !== "not_found") {
            throw error;
        }
        return findRunLog(ports, id);
    }
}

/** A log's lines in batches, as far as they are written now. */
export async function* readPlacedLog({ logs, id, phase }: PlacedLog): AsyncGenerator<readonly LogLine[], void> {
    for await (const lines of readWholeLog({ logs }, id)) {
        yield phase === undefined ? lines : lines.filter((line) => line.phase === phase);
    }
}

/** Hands on a log's lines until its run or job has ended; answers that. */
export async function followPlacedLog(
    { clock }: Pick<PipelineLogPorts, "clock">,
    { logs, id, phase, find }: PlacedLog,
    { afterSeq, signal, onLines }: Omit<FollowRequest, "id">,
) {
    return followLogToEnd(
        { logs, clock, find, hasEnded: ({ status }) => hasEnded(status) },
        {
            ...{ id, afterSeq, signal },
            onLines: (lines) => onLines(phase === undefined ? lines : lines.filter((line) => line.phase === phase)),
        },
    );
}
