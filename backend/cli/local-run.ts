import { errorMessage } from "../../common/errors.ts";
import type { PipelinePlan, PlannedJob } from "../../common/schema/pipeline-plan.ts";
import type { JobStates } from "../cicd/pipeline/progress.ts";
import { type PlanResult, runPlan } from "../cicd/pipeline/run-plan.ts";
import type { JobEnd } from "./job-table.ts";
import { type LocalJobCall, type LocalJobPorts, runLocalJob } from "./local-job.ts";
import type { LocalJobs } from "./local-ports.ts";

export type LocalRunPorts = LocalJobPorts &
    Pick<LocalJobs, "removeLeftovers"> & { readonly warn: (line: string) => void };

export interface LocalRunCall extends Omit<LocalJobCall, "jobId"> {
    readonly plan: PipelinePlan;
    /** Of the jobs that are not to run. */
    readonly states: JobStates;
}

export interface LocalResult {
    readonly result: PlanResult;
    readonly seconds: number;
    /** In the order of the plan. */
    readonly ends: readonly JobEnd[];
}

/**
 * Runs a plan in the working copy; nothing of it is left in the engine afterwards. Throws AppError `unavailable` where the
 * engine is away.
 */
export async function runLocally(ports: LocalRunPorts, call: LocalRunCall): Promise<LocalResult> {
    const { plan, states, root, signal } = call;
    const { runId, clock, executor } = ports;
    const started = clock.now().getTime();
    const ends = new Map<string, JobEnd>();
    await ports.removeLeftovers();
    try {
        const result = await runPlan(
            plan,
            states,
            {
                async run(job) {
                    const jobId = `${runId}-${plan.jobs.indexOf(job)}`;
                    const end = await runLocalJob(ports, job, { ...call, jobId });
                    ends.set(job.name, end);
                    return end.status;
                },
                skip: async (job) => void ends.set(job.name, { job, status: "skipped" }),
                requested: async () => new Set<string>(),
                changed: aborted,
            },
            signal,
        );
        const seconds = (clock.now().getTime() - started) / 1000;
        return { result, seconds, ends: plan.jobs.map((job) => ends.get(job.name) ?? notRun(job, states)) };
    } finally {
        await executor.close(runId, root).catch((error: unknown) => {
            ports.warn(`What the jobs have left is removed at the next run: ${errorMessage(error)}`);
        });
    }
}

function notRun(job: PlannedJob, states: JobStates): JobEnd {
    return { job, status: states[job.name] ?? "cancelled" };
}

/** Nobody starts a job later; only the end of waiting is waited for. */
function aborted(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
        if (signal.aborted) {
            resolve();
            return;
        }
        signal.addEventListener("abort", () => resolve(), { once: true });
    });
}
