import { DeploymentFailure } from "../../core/failure.ts";
import type { Engine } from "../../core/engine.ts";
import type { Files } from "../../core/files.ts";
import { hasEnded, type JobRecord, type PipelineRecord } from "../../core/pipeline-run.ts";
import type { LogStore } from "../../core/log-stream.ts";
import type { CheckedOut } from "../check-out.ts";
import type { Connection } from "../connection.ts";
import type { DeploymentRun } from "../deployment-run.ts";
import { guardProject } from "../guard-project.ts";
import type { TimeLimit } from "../time-limit.ts";
import { describeFailedJobs } from "./describe-job.ts";
import { endRun, type EndRunPorts } from "./end-run.ts";
import { waitingNote, withoutWaitingNote } from "./waiting-note.ts";
import type { RunningPipelines } from "./running-pipelines.ts";
import { artifactsOf, type PipelineEnd, runPipeline, type RunPipelinePorts } from "./run-pipeline.ts";

export interface PipelinePhasePorts extends RunPipelinePorts {
    readonly repositories: EndRunPorts["repositories"];
    readonly files: Files;
    /** Of deployments. */
    readonly logs: Pick<LogStore, "read">;
    readonly engine: Pick<Engine, "ping">;
    readonly runningPipelines: RunningPipelines;
    /** Wakes the worker of the runs that run alone. */
    readonly wakePipelines: () => void;
}

/** What a deployment has at hand when it comes to its pipeline. */
export interface PhaseInput {
    readonly connection: Connection;
    readonly source: CheckedOut;
    readonly signal: AbortSignal;
    /** Stands still while the pipeline waits for a person. */
    readonly limit: TimeLimit;
}

export type PipelinePhase = (run: DeploymentRun, input: PhaseInput) => Promise<void>;

/**
 * Runs the pipeline of a deployment's commit, where it has one, before anything is built: goes on with a run that a restart
 * cut off, or that was prepared to repeat an earlier one. What its jobs hand on is put into the deployment's worktree.
 * Throws DeploymentFailure `pipeline_failed` where a job fails, `not_contained` where artifacts change the compose files,
 * and the signal's reason.
 */
export function createPipelinePhase(ports: PipelinePhasePorts): PipelinePhase {
    return async (run, input) => {
        const { pipelinePath } = input.connection.config;
        // What a registry's push asks for is the commit that runs already.
        if (run.record.refreshImages !== undefined || !(await isThere(ports, input, pipelinePath))) {
            return;
        }
        await run.enter("pipeline");
        await ports.engine.ping();
        const found = await findOrCreate(ports, run, input);
        if (run.record.pipelineId !== found.id) {
            await run.change({ pipelineId: found.id });
        }
        const jobs = await runToSuccess(ports, run, input, found);
        await handOn(ports, run, input, jobs);
    };
}

async function isThere({ files }: PipelinePhasePorts, { source }: PhaseInput, path: string): Promise<boolean> {
    return (await files.inspect(source.workspace.worktree, path)) !== undefined;
}

/** The run of this deployment and this commit. */
async function findOrCreate(
    ports: PipelinePhasePorts,
    run: DeploymentRun,
    { connection, source }: PhaseInput,
): Promise<PipelineRecord> {
    const { commit } = source;
    const found = await ports.pipelines.findOfDeployment(run.id);
    if (found !== undefined && found.commitSha === commit.sha) {
        return found;
    }
    if (found !== undefined && !hasEnded(found.status)) {
        await endRun(ports, found, `Another commit is deployed: ${commit.sha.slice(0, 7)}.`);
    }
    const { stackId, branch, tag, triggeredBy, triggeredByUser } = run.record;
    return ports.pipelines.create({
        ...{ stackId, branch, tag, triggeredBy, triggeredByUser },
        repositoryId: connection.repository.id,
        deploymentId: run.id,
        commitSha: commit.sha,
        commitMessage: commit.message,
        commitAuthor: commit.author,
        runsAlone: false,
    });
}

async function runToSuccess(
    ports: PipelinePhasePorts,
    run: DeploymentRun,
    input: PhaseInput,
    record: PipelineRecord,
): Promise<readonly JobRecord[]> {
    const end = hasPassed(record) ? await endOf(ports, record) : await runHere(ports, run, input, record);
    run.checkSignal(input.signal);
    if (end.status === "success") {
        return end.jobs;
    }
    const errorCode = end.status === "failed" ? "pipeline_failed" : "cancelled";
    throw new DeploymentFailure(errorCode, end.error ?? `The pipeline was ${end.status}.`);
}

/** A restart may have come after its end; or somebody has started a manual job since, which runs by itself. */
function hasPassed({ status, runsAlone }: PipelineRecord): boolean {
    return runsAlone || hasEnded(status);
}

async function endOf({ pipelines }: PipelinePhasePorts, record: PipelineRecord): Promise<PipelineEnd> {
    const { status, error } = record;
    const jobs = (await pipelines.jobs([record.id])).get(record.id) ?? [];
    // Of one that somebody has opened again since, only its jobs still tell how it went before.
    const failed = jobs.filter((job) => job.status === "failed" && !job.allowFailure && job.requestedAt === undefined);
    if (record.runsAlone) {
        return failed.length === 0
            ? { record, status: "success", jobs }
            : { record, status: "failed", error: describeFailedJobs(failed), jobs };
    }
    const ended = status === "failed" || status === "cancelled" ? status : "success";
    return { record, status: ended, error, jobs };
}

async function runHere(
    ports: PipelinePhasePorts,
    run: DeploymentRun,
    { connection, signal, limit }: PhaseInput,
    record: PipelineRecord,
): Promise<PipelineEnd> {
    const own = ports.runningPipelines.begin(record.id);
    const stop = AbortSignal.any([signal, own]);
    try {
        return await runPipeline(ports, {
            ...connection,
            record,
            log: { id: run.id, logs: ports.logs, writer: run.log },
            mask: (text) => run.maskLine(text),
            signal: stop,
            onWaiting: (jobs) => wait(run, limit, jobs),
        });
    } finally {
        ports.runningPipelines.end(record.id, own);
        // A manual job that was started at its last moment runs alone.
        ports.wakePipelines();
    }
}

/** The time that a person takes is not the pipeline's. */
async function wait(run: DeploymentRun, limit: TimeLimit, jobs: readonly string[]): Promise<void> {
    const { note } = run.record;
    if (jobs.length === 0) {
        limit.resume();
        await run.change({ note: withoutWaitingNote(note) });
        return;
    }
    limit.pause();
    run.say(`Waiting for somebody to start ${jobs.join(" or ")}.`);
    await run.change({ note: waitingNote(jobs, note) });
}

/** Artifacts are made by programs of the repository: what was checked before them stays what it was. */
async function handOn(
    ports: PipelinePhasePorts,
    run: DeploymentRun,
    { source, signal }: PhaseInput,
    jobs: readonly JobRecord[],
): Promise<void> {
    const ids = artifactsOf(jobs);
    if (ids.length === 0) {
        return;
    }
    const check = await guardProject(ports.files, { stack: run.stack, source, by: "An artifact of the pipeline" });
    const missing = await ports.jobFiles.handOn(ids, source.workspace.worktree, signal);
    await check();
    const kept = jobs.filter(({ artifacts }) => artifacts !== undefined);
    const isMissing = ({ id, reusedFrom }: JobRecord): boolean => missing.includes(reusedFrom ?? id);
    const names = kept.filter((job) => !isMissing(job)).map(({ name }) => name);
    if (names.length > 0) {
        run.say(`Artifacts of ${names.join(", ")} were put into the commit's files, for the build.`);
    }
    if (missing.length > 0) {
        const gone = kept.filter(isMissing).map(({ name }) => name);
        run.say(`Artifacts of ${gone.join(", ")} are not there any more: the build goes on without them.`);
    }
}
