import type { PipelinePlan } from "../../../../common/schema/pipeline-plan.ts";
import { isBelow } from "../../compose/image-name.ts";
import type { ImageLogin } from "../../core/engine.ts";
import { asFailure, DeploymentFailure } from "../../core/failure.ts";
import type { GitCall } from "../../core/git.ts";
import type { JobExecutor } from "../../core/job-executor.ts";
import { hasEnded, type JobRecord, type PipelineRecord, type PipelineStore } from "../../core/pipeline-run.ts";
import { imageLogin } from "../../core/registry.ts";
import type { Workspace } from "../../core/workspace.ts";
import type { GivenToJob } from "../../pipeline/job-task.ts";
import type { Connection } from "../connection.ts";
import { beginPipeline, type BeginPipelinePorts } from "./begin-pipeline.ts";
import { describeFailedJobs } from "./describe-job.ts";
import { goneArtifacts, goneLine } from "./gone-artifacts.ts";
import { isTrusted, jobVariables, stackVariables } from "./job-environment.ts";
import type { JobFiles } from "./job-files.ts";
import type { RunLog } from "./job-log.ts";
import { endsOf, type PipelineEnds } from "./pipeline-ends.ts";
import {
    closeWorkspace,
    isReady,
    makeWorkspace,
    markReady,
    pipelineWorkspace,
    type PipelineWorkspacePorts,
} from "./pipeline-workspace.ts";
import type { RunJobPorts } from "./run-job.ts";
import { runJobs, type RunJobsPorts } from "./run-jobs.ts";

export interface RunPipelinePorts extends BeginPipelinePorts, RunJobPorts, RunJobsPorts, PipelineWorkspacePorts {
    readonly pipelines: PipelineStore;
    readonly files: BeginPipelinePorts["files"] & PipelineWorkspacePorts["files"];
    readonly git: BeginPipelinePorts["git"] & PipelineWorkspacePorts["git"];
    readonly executor: Pick<JobExecutor, "run" | "close">;
    readonly jobFiles: Pick<JobFiles, "prepare" | "keep" | "handOn">;
}

export interface RunPipelineCall extends Connection {
    /** With the full hash, whose commit the mirror has. */
    readonly record: PipelineRecord;
    readonly log: RunLog;
    /** Puts out every secret of the connection. */
    readonly mask: (text: string) => string;
    /** Aborts with a DeploymentFailure: `interrupted` leaves the jobs running, anything else ends them. */
    readonly signal: AbortSignal;
    /** It waits for somebody to start one of these jobs; without any it goes on. */
    readonly onWaiting?: ((jobs: readonly string[]) => Promise<void>) | undefined;
}

/** It may name what stands in the file. */
const longestError = 2000;

/** How a run ended. `error` is one sentence, already masked. */
export interface PipelineEnd {
    readonly record: PipelineRecord;
    readonly status: "success" | "failed" | "cancelled";
    readonly error?: string | undefined;
    readonly jobs: readonly JobRecord[];
}

/**
 * Runs a pipeline to its end from wherever it is: a new one from its file, one that a restart cut off by following its jobs
 * on, one that had ended with the manual jobs that somebody started since. Everything of it is removed then, but
 * artifacts, caches and logs. Rejects with the signal's reason where it was interrupted: then everything stays, and the
 * next call goes on.
 */
export async function runPipeline(ports: RunPipelinePorts, call: RunPipelineCall): Promise<PipelineEnd> {
    const workspace = pipelineWorkspace(ports, call.record);
    const ends = endsOf(call.signal);
    const result = await runToEnd(ports, call, workspace, ends).catch((error: unknown) => endBy(ports, error, ends));
    if (result === "left") {
        throw call.signal.reason;
    }
    await closeWorkspace(ports, call.record, workspace, call.repository);
    return writeEnd(ports, call, result);
}

interface Result {
    readonly status: PipelineEnd["status"];
    readonly error?: string | undefined;
}

async function runToEnd(
    ports: RunPipelinePorts,
    call: RunPipelineCall,
    workspace: Workspace,
    ends: PipelineEnds,
): Promise<Result | "left"> {
    const { record, plan } = await prepare(ports, call, workspace);
    const jobs = await jobsOf(ports, record);
    const run = {
        ...{ stack: record.stackId, workspace: workspace.worktree, log: call.log, mask: call.mask, ...ends },
        isTrusted: isTrusted(record, call.repository, call.config),
        given: givenToJobs(call, workspace),
    };
    const { onWaiting, signal } = call;
    const result = await runJobs(ports, { pipelineId: record.id, plan, jobs, run, onWaiting, signal });
    if (ends.leave.aborted) {
        return "left";
    }
    if (result === "success") {
        return { status: result };
    }
    if (result === "cancelled") {
        return { status: result, error: asFailure(signal.reason).message };
    }
    const after = await jobsOf(ports, record);
    const failed = after.filter(({ status, allowFailure }) => status === "failed" && !allowFailure);
    return { status: "failed", error: describeFailedJobs(failed) };
}

/** Makes the workspace and the rows, as far as they are not there. */
async function prepare(
    ports: RunPipelinePorts,
    call: RunPipelineCall,
    workspace: Workspace,
): Promise<{ readonly record: PipelineRecord; readonly plan: PipelinePlan }> {
    const { repository, config, log, mask, signal } = call;
    const say = (text: string): void => log.writer.write("system", "pipeline", mask(text));
    const wasReady = await isReady(ports, workspace);
    const gitCall: GitCall = {
        ...{ signal, timeoutSeconds: config.timeout },
        onLine: (line) => log.writer.write("stderr", "pipeline", mask(line)),
    };
    if (!wasReady) {
        await makeWorkspace(ports, workspace, repository, { commitSha: call.record.commitSha, call: gitCall });
    }
    const connection = { repository, config };
    const { worktree } = workspace;
    const record =
        call.record.plan === undefined
            ? await beginPipeline(ports, { record: call.record, connection, worktree, call: gitCall, say })
            : await goOn(ports, call.record);
    ports.announcePipeline(record.id);
    if (!wasReady) {
        await fill(ports, record, workspace, { say, signal });
        sayWithheld(call, say);
    }
    const { plan } = record;
    if (plan === undefined) {
        throw new DeploymentFailure("internal", "The pipeline has no plan.");
    }
    return { record, plan };
}

async function goOn({ pipelines }: RunPipelinePorts, record: PipelineRecord): Promise<PipelineRecord> {
    const changed = record.status === "running" ? record : await pipelines.update(record.id, { status: "running" });
    if (changed === undefined) {
        throw new DeploymentFailure("interrupted", "The pipeline was ended elsewhere.");
    }
    return changed;
}

/** Jobs of this or an earlier run that are over were not over in this folder: what they handed on is put there. */
async function fill(
    ports: RunPipelinePorts,
    record: PipelineRecord,
    workspace: Workspace,
    { say, signal }: { readonly say: (text: string) => void; readonly signal: AbortSignal },
): Promise<void> {
    const jobs = await jobsOf(ports, record);
    const missing = await ports.jobFiles.handOn(artifactsOf(jobs), workspace.worktree, signal, true);
    const gone = record.plan === undefined ? [] : goneArtifacts(record.plan, jobs, missing);
    if (gone.length > 0) {
        say(goneLine(gone));
    }
    await markReady(ports, workspace);
}

/** Ids of the archives of jobs that are over, in order. */
export function artifactsOf(jobs: readonly JobRecord[]): readonly string[] {
    const kept = jobs.filter(({ artifacts, status }) => artifacts !== undefined && hasEnded(status));
    return kept.map(({ id, reusedFrom }) => reusedFrom ?? id);
}

function sayWithheld(call: RunPipelineCall, say: (text: string) => void): void {
    const { withheld } = stackVariables(call.variables, isTrusted(call.record, call.repository, call.config));
    if (withheld.length > 0) {
        const { branch, tag } = call.record;
        const ref = tag === undefined ? `branch ${branch}` : `tag ${tag}`;
        say(`Without the secrets ${withheld.join(", ")}: a push of ${ref} would not be deployed.`);
    }
}

function givenToJobs(call: RunPipelineCall, { worktree }: Workspace): (job: JobRecord, attempt: number) => GivenToJob {
    const { record, repository, config, variables, registry } = call;
    const trusted = isTrusted(record, repository, config);
    const { given } = stackVariables(variables, trusted);
    const login = registry && imageLogin(registry);
    const loginFor = (image: string): ImageLogin | undefined =>
        registry !== undefined && isBelow(image, registry.url) ? login : undefined;
    return (job, attempt) => ({
        ...{ runId: record.id, jobId: job.id, attempt, workspace: worktree, variables: given, loginFor },
        reserved: jobVariables(record, job),
        pullPolicy: config.pullPolicy,
        timeoutSeconds: config.timeout,
        // It holds more than any secret does.
        engineSocketAllowed: config.pipelineEngineSocket && trusted,
    });
}

/** What was thrown, as the end of the run. */
function endBy({ onError }: RunPipelinePorts, error: unknown, { cancel, leave }: PipelineEnds): Result | "left" {
    if (leave.aborted) {
        return "left";
    }
    if (cancel.aborted) {
        return { status: "cancelled", error: asFailure(cancel.reason).message };
    }
    const failure = asFailure(error);
    if (failure.errorCode === "internal") {
        onError(failure.cause ?? failure);
    }
    return { status: "failed", error: failure.message };
}

async function writeEnd(ports: RunPipelinePorts, call: RunPipelineCall, result: Result): Promise<PipelineEnd> {
    const { pipelines } = ports;
    const error = result.error === undefined ? undefined : call.mask(result.error).slice(0, longestError);
    await endOpenJobs(ports, call.record, result);
    if (error !== undefined && call.record.runsAlone) {
        call.log.writer.write("system", "pipeline", error);
    }
    const changed = await pipelines.update(call.record.id, { status: result.status, error });
    const record = changed ?? (await pipelines.find(call.record.id)) ?? call.record;
    ports.announcePipeline(record.id);
    return { record, status: result.status, error, jobs: await jobsOf(ports, record) };
}

/** Manual jobs of a run that was not cancelled may still be started. */
async function endOpenJobs(ports: RunPipelinePorts, record: PipelineRecord, { status }: Result): Promise<void> {
    for (const job of await jobsOf(ports, record)) {
        if (job.status === "running" || (job.status === "pending" && status === "cancelled")) {
            await ports.pipelines.updateJob(job.id, { status: "cancelled" });
        }
    }
}

async function jobsOf({ pipelines }: RunPipelinePorts, { id }: PipelineRecord): Promise<readonly JobRecord[]> {
    return (await pipelines.jobs([id])).get(id) ?? [];
}
