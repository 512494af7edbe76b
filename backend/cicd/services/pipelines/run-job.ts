import { AppError } from "../../../../common/errors.ts";
import type { JobStatus } from "../../../../common/schema/job-status.ts";
import type { PlannedJob } from "../../../../common/schema/pipeline-plan.ts";
import type { JobArtifacts } from "../../../../common/schema/pipeline-run.ts";
import type { Clock } from "../../core/clock.ts";
import type { JobExecutor, JobOutcome } from "../../core/job-executor.ts";
import type { LogStore } from "../../core/log-stream.ts";
import type { JobChange, JobRecord, PipelineStore } from "../../core/pipeline-run.ts";
import { type GivenToJob, taskOf } from "../../pipeline/job-task.ts";
import { tryJob } from "../../pipeline/try-job.ts";
import { describeFailure, describeRetry, describeSeconds } from "./describe-job.ts";
import type { JobFiles } from "./job-files.ts";
import { JobLog, type RunLog } from "./job-log.ts";

export interface RunJobPorts {
    readonly pipelines: Pick<PipelineStore, "updateJob">;
    readonly executor: Pick<JobExecutor, "run">;
    readonly jobFiles: Pick<JobFiles, "prepare" | "keep">;
    readonly jobLogs: LogStore;
    readonly clock: Clock;
    readonly announcePipeline: (id: string) => void;
    readonly onError: (error: unknown) => void;
}

/** What the jobs of a run have in common. */
export interface RunOfJobs {
    readonly stack: string;
    /** Shared by them, absolute. */
    readonly workspace: string;
    /** Whether they get the stack's secrets. */
    readonly isTrusted: boolean;
    readonly log: RunLog;
    readonly mask: (text: string) => string;
    readonly given: (job: JobRecord, attempt: number) => GivenToJob;
    /** Ends the jobs. */
    readonly cancel: AbortSignal;
    /** Lets go of them: they run on. */
    readonly leave: AbortSignal;
}

/** An error may hold what a program wrote. */
const longestError = 2000;

/**
 * Runs one job of a run to its end, or follows on one that runs, and writes its states down. `running` where it was let
 * go of. Rejects where something broke that is none of the job's doing.
 */
export async function runJob(
    ports: RunJobPorts,
    run: RunOfJobs,
    job: PlannedJob,
    record: JobRecord,
): Promise<JobStatus> {
    const isResumed = record.status === "running";
    const { log: runLog, mask } = run;
    const log = await JobLog.open(ports.jobLogs, { runId: record.pipelineId, job: record, isResumed, mask, runLog });
    try {
        return await new JobRun(ports, run, { job, record, log }).run(isResumed);
    } finally {
        await log.close();
    }
}

/** One job while it runs: its row and its log. */
class JobRun {
    readonly #ports: RunJobPorts;
    readonly #run: RunOfJobs;
    readonly #job: PlannedJob;
    readonly #log: JobLog;
    #record: JobRecord;
    /** Changes that were begun where nobody could wait for them. */
    #changes: Promise<void> = Promise.resolve();

    constructor(
        ports: RunJobPorts,
        run: RunOfJobs,
        own: { readonly job: PlannedJob; readonly record: JobRecord; readonly log: JobLog },
    ) {
        this.#ports = ports;
        this.#run = run;
        this.#job = own.job;
        this.#record = own.record;
        this.#log = own.log;
    }

    async run(isResumed: boolean): Promise<JobStatus> {
        if (isResumed) {
            this.#log.say(`Going on with job ${this.#job.name}.`);
        } else {
            await this.#change({ status: "running", attempt: 1 });
            this.#log.say(
                `Job ${this.#job.name} starts in stage ${this.#job.stage}, with the image ${this.#job.image}.`,
            );
        }
        try {
            return await this.#runToEnd();
        } catch (error) {
            if (this.#run.leave.aborted) {
                return "running";
            }
            return this.#endOf(error);
        }
    }

    async #runToEnd(): Promise<JobStatus> {
        const isNew = this.#record.startedAt === undefined && this.#record.completedAt === undefined;
        if (this.#record.attempt <= 1 && isNew) {
            await this.#ports.jobFiles.prepare(this.#job, this.#files());
        }
        const outcome = await this.#tryAll();
        await this.#changes;
        if (outcome.result === "left") {
            return "running";
        }
        if (outcome.result === "cancelled") {
            return this.#end("cancelled", { completedAt: outcome.completedAt });
        }
        if (this.#record.completedAt !== outcome.completedAt) {
            await this.#noteEnd(outcome);
        }
        return this.#keepAndEnd();
    }

    /** Its lines come first: nothing can give them again once its end is written down. */
    async #noteEnd(outcome: Ended): Promise<void> {
        await this.#log.flush();
        await this.#changes;
        const { exitCode, completedAt } = outcome;
        const why =
            outcome.result === "success"
                ? { reason: undefined, error: undefined }
                : { reason: outcome.reason, error: this.#shown(outcome.message) };
        await this.#change({ exitCode, completedAt, ...why });
    }

    /** Cancelling while files are kept ends that; the job itself was over. */
    async #keepAndEnd(): Promise<JobStatus> {
        const succeeded = this.#record.reason === undefined;
        const artifacts = await this.#keep(succeeded);
        return this.#end(succeeded ? "success" : "failed", { artifacts });
    }

    async #keep(succeeded: boolean): Promise<JobArtifacts | undefined> {
        try {
            const kept = await this.#ports.jobFiles.keep(this.#job, this.#files(), succeeded);
            return kept && { ...kept, paths: kept.paths.map((path) => this.#run.mask(path)) };
        } catch (error) {
            if (this.#run.leave.aborted || !this.#run.cancel.aborted) {
                throw error;
            }
            return undefined;
        }
    }

    #tryAll(): Promise<JobOutcome> {
        const { cancel, leave } = this.#run;
        return tryJob(this.#ports, {
            ...{ retry: this.#job.retry, attempt: this.#record.attempt, ended: endOf(this.#record), cancel, leave },
            enough: this.#log.enough,
            onEnd: async (outcome) => {
                if (outcome.result !== "cancelled") {
                    await this.#noteEnd(outcome);
                }
            },
            begin: (attempt) => {
                this.#log.again();
                return {
                    task: taskOf(this.#job, this.#run.given(this.#record, attempt)),
                    onNote: (line) => this.#log.say(line),
                    onOutput: (stream, line) => this.#log.write(stream, line),
                    onStart: (startedAt) => this.#started(startedAt),
                };
            },
            onAway: (message) => this.#log.say(`${message}. Trying again.`),
            onRetry: async (next, failed) => {
                this.#log.say(describeRetry(this.#job, next, failed));
                await this.#log.flush();
                this.#log.nextTry();
                await this.#changes;
                await this.#change({ ...untried, attempt: next, linesBefore: this.#log.lines });
            },
        });
    }

    #started(startedAt: string): void {
        const before = this.#record.startedAt;
        if (before === startedAt) {
            return;
        }
        if (before !== undefined) {
            // The server died when the container was gone and its end not yet written down.
            this.#log.say(`Job ${this.#job.name} runs once more: its container was gone after the restart.`);
            this.#log.nextTry();
        }
        const linesBefore = before === undefined ? this.#record.linesBefore : this.#log.lines;
        const change = this.#changes.then(() => this.#change({ startedAt, linesBefore }));
        this.#changes = change.catch(this.#ports.onError);
    }

    async #endOf(error: unknown): Promise<JobStatus> {
        const completedAt = this.#ports.clock.now().toISOString();
        if (this.#run.cancel.aborted) {
            return this.#end("cancelled", { completedAt });
        }
        if (!(error instanceof AppError) || error.code === "internal") {
            throw error;
        }
        return this.#end("failed", { completedAt, reason: "system", error: this.#shown(error.message) });
    }

    async #end(status: "success" | "failed" | "cancelled", change: JobChange): Promise<JobStatus> {
        await this.#log.flush();
        await this.#change({ ...change, status });
        this.#log.say(this.#describeEnd(status));
        return status;
    }

    #describeEnd(status: "success" | "failed" | "cancelled"): string {
        const { name, allowFailure } = this.#job;
        const { startedAt, completedAt } = this.#record;
        if (status === "cancelled") {
            return `Job ${name} was cancelled.`;
        }
        if (status === "failed") {
            const goesOn = allowFailure ? "; the pipeline goes on (allow_failure)" : "";
            return `${describeFailure(this.#record)}${goesOn}`;
        }
        return `Job ${name} succeeded in ${describeSeconds(startedAt, completedAt ?? this.#ports.clock.now().toISOString())}`;
    }

    #files() {
        const { stack, isTrusted, workspace, cancel, leave } = this.#run;
        const onNote = (line: string): void => this.#log.say(line);
        const signal = AbortSignal.any([cancel, leave]);
        return { stack, isTrusted, jobId: this.#record.id, workspace, sources: [], onNote, signal };
    }

    #shown(message: string): string {
        return this.#run.mask(message).slice(0, longestError);
    }

    async #change(change: JobChange): Promise<void> {
        this.#record = (await this.#ports.pipelines.updateJob(this.#record.id, change)) ?? {
            ...this.#record,
            ...change,
        };
        this.#ports.announcePipeline(this.#record.pipelineId);
    }
}

type Ended = Extract<JobOutcome, { readonly result: "success" | "failed" }>;

const untried = {
    startedAt: undefined,
    completedAt: undefined,
    exitCode: undefined,
    reason: undefined,
    error: undefined,
} satisfies JobChange;

/** How a try ended whose files were still to be kept when the server died. */
function endOf({ completedAt, reason, exitCode, error = "" }: JobRecord): JobOutcome | undefined {
    if (completedAt === undefined) {
        return undefined;
    }
    return reason === undefined
        ? { result: "success", exitCode: 0, completedAt }
        : { result: "failed", reason, exitCode, message: error, completedAt };
}
