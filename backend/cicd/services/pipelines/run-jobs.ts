import type { JobStatus } from "../../../../common/schema/job-status.ts";
import type { PipelinePlan, PlannedJob } from "../../../../common/schema/pipeline-plan.ts";
import type { JobRecord, PipelineStore } from "../../core/pipeline-run.ts";
import { progressOf } from "../../pipeline/progress.ts";
import { type PlanResult, runPlan } from "../../pipeline/run-plan.ts";
import { runJob, type RunJobPorts, type RunOfJobs } from "./run-job.ts";
import type { RunningPipelines } from "./running-pipelines.ts";

export interface RunJobsPorts extends RunJobPorts {
    readonly pipelines: Pick<PipelineStore, "updateJob" | "jobs">;
    readonly runningPipelines: Pick<RunningPipelines, "untilChanged">;
}

export interface RunJobsInput {
    readonly pipelineId: string;
    readonly plan: PipelinePlan;
    /** As they stand now. */
    readonly jobs: readonly JobRecord[];
    readonly run: RunOfJobs;
    readonly signal: AbortSignal;
    /** It waits for somebody to start one of these jobs; without any it goes on. */
    readonly onWaiting?: ((jobs: readonly string[]) => Promise<void>) | undefined;
}

/** Runs the jobs of a run, each when its time has come, from the states that their rows have. */
export async function runJobs(ports: RunJobsPorts, input: RunJobsInput): Promise<PlanResult> {
    return new JobsRun(ports, input).run();
}

class JobsRun {
    readonly #ports: RunJobsPorts;
    readonly #input: RunJobsInput;
    readonly #records: ReadonlyMap<string, JobRecord>;
    readonly #states: Record<string, JobStatus>;

    #isWaiting = false;

    constructor(ports: RunJobsPorts, input: RunJobsInput) {
        this.#ports = ports;
        this.#input = input;
        this.#records = new Map(input.jobs.map((job) => [job.name, job]));
        this.#states = Object.fromEntries(input.jobs.map(({ name, status }) => [name, status]));
    }

    async run(): Promise<PlanResult> {
        const { plan, signal, pipelineId } = this.#input;
        const ports = {
            run: (job: PlannedJob) => this.#runOne(job),
            skip: (job: PlannedJob) => this.#skip(job),
            requested: () => this.#requested(),
            changed: (until: AbortSignal) => this.#ports.runningPipelines.untilChanged(pipelineId, until),
        };
        const result = await runPlan(plan, { ...this.#states }, ports, signal);
        await this.#tellWaiting([]);
        return result;
    }

    async #runOne(job: PlannedJob): Promise<JobStatus> {
        this.#states[job.name] = "running";
        const status = await runJob(this.#ports, this.#input.run, job, this.#record(job));
        this.#states[job.name] = status;
        return status;
    }

    async #skip(job: PlannedJob): Promise<void> {
        const { log } = this.#input.run;
        await this.#ports.pipelines.updateJob(this.#record(job).id, { status: "skipped" });
        this.#states[job.name] = "skipped";
        log.writer.write(
            "system",
            "pipeline",
            `Job ${job.name} is skipped: what it waits for did not end that way.`,
            job.name,
        );
        this.#ports.announcePipeline(this.#input.pipelineId);
    }

    async #requested(): Promise<ReadonlySet<string>> {
        const { pipelineId, plan } = this.#input;
        const jobs = (await this.#ports.pipelines.jobs([pipelineId])).get(pipelineId) ?? [];
        const requested = new Set(jobs.filter(({ requestedAt }) => requestedAt !== undefined).map(({ name }) => name));
        const { offer, result } = progressOf(plan, this.#states);
        const waits = result === "waiting" && !offer.some((name) => requested.has(name));
        await this.#tellWaiting(waits ? this.#wanted(offer) : []);
        return requested;
    }

    /** Those of the offered jobs that hold the others up. */
    #wanted(offer: readonly string[]): readonly string[] {
        const holding = this.#input.plan.jobs.filter(({ name, optional }) => offer.includes(name) && !optional);
        return holding.length === 0 ? offer : holding.map(({ name }) => name);
    }

    async #tellWaiting(jobs: readonly string[]): Promise<void> {
        const isNews = this.#isWaiting !== jobs.length > 0;
        this.#isWaiting = jobs.length > 0;
        if (isNews) {
            await this.#input.onWaiting?.(jobs);
        }
    }

    #record({ name }: PlannedJob): JobRecord {
        const record = this.#records.get(name);
        if (record === undefined) {
            throw new Error(`the run has no row of the job ${name}`);
        }
        return record;
    }
}
