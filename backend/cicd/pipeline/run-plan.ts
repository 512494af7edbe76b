import type { JobStatus } from "../../../common/schema/job-status.ts";
import type { PipelinePlan, PlannedJob } from "../../../common/schema/pipeline-plan.ts";
import { type JobStates, progressOf } from "./progress.ts";

export interface RunPlanPorts {
    /** Runs a job to its end, with its retries, and writes its states down. A job that is running already is followed on. */
    readonly run: (job: PlannedJob) => Promise<JobStatus>;
    readonly skip: (job: PlannedJob) => Promise<void>;
    /** Names of manual jobs that somebody has started. */
    readonly requested: () => Promise<ReadonlySet<string>>;
    /** Resolves when somebody starts one more, or the signal aborts. */
    readonly changed: (signal: AbortSignal) => Promise<void>;
}

export type PlanResult = "success" | "failed" | "cancelled";

/**
 * Runs a plan from the states that its jobs have, until nothing can go on by itself and nothing has to. Where it waits
 * for a person, it waits. Once the signal aborts nothing more is started; it answers `cancelled` when what runs has
 * ended. Rejects with what `run` rejects with, after everything that runs has ended.
 */
export function runPlan(
    plan: PipelinePlan,
    given: JobStates,
    ports: RunPlanPorts,
    signal: AbortSignal,
): Promise<PlanResult> {
    return new PlanRun(plan, given, ports, signal).run();
}

/** A plan while it runs: the states of its jobs, and those that run now. */
class PlanRun {
    readonly #plan: PipelinePlan;
    readonly #ports: RunPlanPorts;
    readonly #signal: AbortSignal;
    readonly #jobs: ReadonlyMap<string, PlannedJob>;
    readonly #states: Record<string, JobStatus>;
    readonly #running = new Map<string, Promise<void>>();
    readonly #failures: unknown[] = [];

    constructor(plan: PipelinePlan, given: JobStates, ports: RunPlanPorts, signal: AbortSignal) {
        this.#plan = plan;
        this.#ports = ports;
        this.#signal = signal;
        this.#jobs = new Map(plan.jobs.map((job) => [job.name, job]));
        this.#states = { ...given };
    }

    async run(): Promise<PlanResult> {
        let result: PlanResult | undefined;
        try {
            this.#plan.jobs.filter(({ name }) => this.#states[name] === "running").forEach((job) => this.#begin(job));
            while (result === undefined && !this.#signal.aborted && this.#failures.length === 0) {
                // Listened for before it is looked at, so that nothing is missed in between.
                const listening = new AbortController();
                const changed = this.#ports.changed(AbortSignal.any([this.#signal, listening.signal]));
                result = await this.#step(changed).finally(() => listening.abort());
            }
        } finally {
            await Promise.all(this.#running.values());
        }
        if (this.#failures.length > 0) {
            throw this.#failures[0];
        }
        return result ?? "cancelled";
    }

    /** One look at what comes next; undefined where something was begun or has to be waited for. */
    async #step(changed: Promise<void>): Promise<PlanResult | undefined> {
        const { start, skip, offer, result } = progressOf(this.#plan, this.#states);
        await this.#skipAll(this.#jobsOf(skip));
        const requested = offer.length === 0 ? new Set<string>() : await this.#ports.requested();
        const next = this.#signal.aborted ? [] : [...start, ...offer.filter((name) => requested.has(name))];
        this.#jobsOf(next).forEach((job) => this.#begin(job));
        if (skip.length > 0 || next.length > 0 || this.#signal.aborted) {
            return undefined;
        }
        if (this.#running.size === 0 && (result === "success" || result === "failed")) {
            return result;
        }
        await Promise.race([...this.#running.values(), changed]);
        return undefined;
    }

    #begin(job: PlannedJob): void {
        const { name } = job;
        this.#states[name] = "running";
        const run = this.#ports
            .run(job)
            .then((status) => {
                this.#states[name] = status;
            })
            .catch((error: unknown) => void this.#failures.push(error))
            .finally(() => this.#running.delete(name));
        this.#running.set(name, run);
    }

    async #skipAll(jobs: readonly PlannedJob[]): Promise<void> {
        for (const job of jobs) {
            await this.#ports.skip(job);
            this.#states[job.name] = "skipped";
        }
    }

    #jobsOf(names: readonly string[]): readonly PlannedJob[] {
        return names.map((name) => this.#jobs.get(name)).filter((job) => job !== undefined);
    }
}
