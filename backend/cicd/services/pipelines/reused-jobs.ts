import { type PipelinePlan, PlannedJob } from "../../../../common/schema/pipeline-plan.ts";
import type { JobRecord, NewJob } from "../../core/pipeline-run.ts";

/** The run that another one repeats. */
export interface EarlierRun {
    readonly plan: PipelinePlan;
    readonly jobs: readonly JobRecord[];
    /** The job to begin with; undefined: those that did not succeed. */
    readonly from?: string | undefined;
}

/**
 * The rows of a plan's jobs, in order. Of a run that is repeated, jobs that went well are taken over with their artifacts,
 * unless they are, or wait for, one that runs again, or stand differently in the file by now.
 */
export function newJobs(plan: PipelinePlan, earlier: EarlierRun | undefined): readonly NewJob[] {
    const reused = earlier === undefined ? new Map<string, JobRecord>() : findReused(plan, earlier);
    return plan.jobs.map((job) => {
        const { name, stage, image, allowFailure } = job;
        const before = reused.get(name);
        return { name, stage, image, allowFailure, ...(before === undefined ? pending : takenOver(before)) };
    });
}

const pending = { status: "pending" } as const;

function takenOver(job: JobRecord): Omit<NewJob, "name" | "stage" | "image" | "allowFailure"> {
    const { exitCode, startedAt, completedAt, attempt, artifacts } = job;
    const times = { exitCode, startedAt, completedAt, attempt, artifacts };
    return { status: "success", ...times, reusedFrom: job.reusedFrom ?? job.id };
}

function findReused(plan: PipelinePlan, { plan: old, jobs, from }: EarlierRun): ReadonlyMap<string, JobRecord> {
    const records = new Map(jobs.map((job) => [job.name, job]));
    const planned = new Map(old.jobs.map((job) => [job.name, textOf(job)]));
    const again = new Set<string>();
    const runsAgain = (job: PlannedJob): boolean =>
        job.name === from ||
        records.get(job.name)?.status !== "success" ||
        planned.get(job.name) !== textOf(job) ||
        job.waitsFor.some((name) => again.has(name));
    // A job may stand before one that it waits for: until nothing changes any more.
    for (let before = -1; before !== again.size;) {
        before = again.size;
        plan.jobs.filter(runsAgain).forEach(({ name }) => again.add(name));
    }
    return new Map([...records].filter(([name]) => planned.has(name) && !again.has(name)));
}

/** The same for the same job, in whatever order its keys are: it may come from a database. */
function textOf(job: PlannedJob): string {
    return JSON.stringify(PlannedJob.parse(job));
}
