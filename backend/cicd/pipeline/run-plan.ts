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
export async function runPlan(
    plan: PipelinePlan,
    given: JobStates,
    ports: RunPlanPorts,
    signal: AbortSignal,
): Promise<PlanResult> {
    const jobs = new Map(plan.jobs.map((job) => [job.name, job]));
    const states: Record<string, JobStatus> = { ...given };
    const running = new Map<string, Promise<void>>();
    const failures: unknown[] = [];

    function begin(name: string): void {
        const job = jobs.get(name);
        if (job === undefined || running.has(name)) {
            return;
        }
        states[name] = "running";
        const run = ports
            .run(job)
            .then((status) => {
                states[name] = status;
            })
            .catch((error: unknown) => void failures.push(error))
            .finally(() => running.delete(name));
        running.set(name, run);
    }

    async function skipAll(names: readonly string[]): Promise<void> {
        for (const name of names) {
            const job = jobs.get(name);
            if (job !== undefined) {
                await ports.skip(job);
            }
            states[name] = "skipped";
        }
    }

    /** One look at what comes next; undefined where something was begun or has to be waited for. */
    async function step(changed: Promise<void>): Promise<PlanResult | undefined> {
        const { start, skip, offer, result } = progressOf(plan, states);
        await skipAll(skip);
        const requested = offer.length === 0 ? new Set<string>() : await ports.requested();
        const next = signal.aborted ? [] : [...start, ...offer.filter((name) => requested.has(name))];
        next.forEach(begin);
        if (skip.length > 0 || next.length > 0 || signal.aborted) {
            return undefined;
        }
        if (running.size === 0 && (result === "success" || result === "failed")) {
            return result;
        }
        await Promise.race([...running.values(), changed]);
        return undefined;
    }

    try {
        plan.jobs.filter(({ name }) => states[name] === "running").forEach(({ name }) => begin(name));
        while (!signal.aborted && failures.length === 0) {
            // Listened for before it is looked at, so that nothing is missed in between.
            const listening = new AbortController();
            const changed = ports.changed(AbortSignal.any([signal, listening.signal]));
            const result = await step(changed).finally(() => listening.abort());
            if (result !== undefined) {
                return result;
            }
        }
    } finally {
        await Promise.all(running.values());
    }
    if (failures.length > 0) {
        throw failures[0];
    }
    return "cancelled";
}
