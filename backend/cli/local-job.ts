import type { PlannedJob } from "../../common/schema/pipeline-plan.ts";
import { AppError } from "../../common/errors.ts";
import type { Clock } from "../cicd/core/clock.ts";
import type { JobOutcome } from "../cicd/core/job-executor.ts";
import { taskOf } from "../cicd/pipeline/job-task.ts";
import { type Try, tryJob } from "../cicd/pipeline/try-job.ts";
import { jobVariables } from "../cicd/services/pipelines/job-environment.ts";
import type { JobFilesCall } from "../cicd/services/pipelines/job-file-ports.ts";
import type { JobOutput } from "./job-output.ts";
import type { JobEnd } from "./job-table.ts";
import type { LocalJobs } from "./local-ports.ts";
import { missingCaches } from "./missing-caches.ts";
import type { RunOf } from "./run-request.ts";

export type LocalJobPorts = Pick<LocalJobs, "runId" | "stack" | "executor" | "files" | "loginFor" | "lies"> & {
    readonly clock: Clock;
    readonly output: JobOutput;
};

export interface LocalJobCall {
    /** The working copy: the jobs' workspace. */
    readonly root: string;
    readonly jobId: string;
    readonly variables: Readonly<Record<string, string>>;
    readonly of: RunOf;
    readonly allowsDocker: boolean;
    readonly signal: AbortSignal;
}

/** Of a job that does not say. Who waits for it can end it at any time. */
const timeoutSeconds = 3600;

/** Runs one job in the working copy, with its retries, caches and artifacts. */
export async function runLocalJob(ports: LocalJobPorts, job: PlannedJob, call: LocalJobCall): Promise<JobEnd> {
    const note = (text: string): void => ports.output.note(job.name, text);
    const started = ports.clock.now().getTime();
    note(`Starting in ${job.image}.`);
    const outcome = await runToItsEnd(ports, job, call).catch((error: unknown) => {
        if (call.signal.aborted) {
            return cancelled(ports);
        }
        return failedBefore(error, ports);
    });
    const end = { ...endOf(job, outcome), seconds: (ports.clock.now().getTime() - started) / 1000 };
    note(describeEnd(end));
    return end;
}

async function runToItsEnd(ports: LocalJobPorts, job: PlannedJob, call: LocalJobCall): Promise<JobOutcome> {
    const { files, stack, output } = ports;
    const { jobId, root: workspace, signal } = call;
    const onNote = (text: string): void => output.note(job.name, text);
    // What other jobs made lies in the working copy already.
    const of: JobFilesCall = { stack, isTrusted: true, jobId, workspace, sources: [], onNote, signal };
    await files.prepare({ ...job, cache: await missingCaches(job, ports.lies, onNote) }, of);
    const outcome = await tryJob(ports, {
        retry: job.retry,
        attempt: 1,
        cancel: signal,
        leave: new AbortController().signal,
        begin: createTries(ports, job, call),
        onAway: (message) => onNote(`${message}; asking again`),
        onRetry: async (next, { message }) => onNote(`${message}. Try ${next} of ${job.retry.max + 1} follows.`),
    });
    if (outcome.result === "success" || outcome.result === "failed") {
        const kept = await files.keep(job, of, outcome.result === "success");
        if (kept !== undefined) {
            onNote(`Artifacts are packed in ${files.archiveOf(jobId)}.`);
        }
    }
    return outcome;
}

/** Tries of a job, of which each line is shown once: who follows one on hears all of it again. */
function createTries(ports: LocalJobPorts, job: PlannedJob, call: LocalJobCall): (attempt: number) => Try {
    const shown = new Map<number, number>();
    return (attempt) => {
        let heard = 0;
        return {
            task: describeTask(ports, job, call, attempt),
            onNote: (text) => ports.output.note(job.name, text),
            onStart: () => undefined,
            onOutput: (_stream, text) => {
                heard += 1;
                if (heard > (shown.get(attempt) ?? 0)) {
                    shown.set(attempt, heard);
                    ports.output.line(job.name, text);
                }
            },
        };
    };
}

function describeTask({ runId, loginFor }: LocalJobPorts, job: PlannedJob, call: LocalJobCall, attempt: number) {
    const { jobId, root: workspace, variables, of, allowsDocker } = call;
    return taskOf(job, {
        ...{ runId, jobId, attempt, workspace, variables, loginFor },
        reserved: jobVariables(of, { id: jobId, name: job.name, stage: job.stage }),
        pullPolicy: "missing",
        timeoutSeconds: job.timeoutSeconds ?? timeoutSeconds,
        engineSocketAllowed: allowsDocker,
    });
}

function cancelled({ clock }: LocalJobPorts): JobOutcome {
    return { result: "cancelled", completedAt: clock.now().toISOString() };
}

/** What keeps a job from running is its result; what nobody foresaw is thrown. */
function failedBefore(error: unknown, { clock }: LocalJobPorts): JobOutcome {
    if (!(error instanceof AppError)) {
        throw error;
    }
    return { result: "failed", reason: "system", message: error.message, completedAt: clock.now().toISOString() };
}

function endOf(job: PlannedJob, outcome: JobOutcome): JobEnd {
    if (outcome.result === "failed") {
        return { job, status: "failed", exitCode: outcome.exitCode, error: outcome.message };
    }
    return outcome.result === "success"
        ? { job, status: "success", exitCode: outcome.exitCode }
        : { job, status: "cancelled" };
}

function describeEnd({ status, seconds = 0, error }: JobEnd): string {
    const word = { success: "Good", failed: "Failed", cancelled: "Cancelled" };
    const said = status === "success" || status === "failed" ? word[status] : word.cancelled;
    return `${said} after ${seconds.toFixed(1)} s${error === undefined ? "." : `: ${error}`}`;
}
