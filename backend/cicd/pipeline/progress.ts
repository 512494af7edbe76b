import type { JobStatus } from "../../../common/schema/job-status.ts";
import type { PipelinePlan, PlannedJob } from "../../../common/schema/pipeline-plan.ts";

/** How far a pipeline has come, and what is next. */
export interface Progress {
    /** Jobs to start now, in order; never more than their stage may run at once. */
    readonly start: readonly string[];
    /** Jobs that can no longer run. */
    readonly skip: readonly string[];
    /** Manual jobs that a person may start now. */
    readonly offer: readonly string[];
    /** `waiting`: nothing goes on until a person starts a manual job. */
    readonly result: "running" | "waiting" | "success" | "failed";
}

export type JobStates = Readonly<Record<string, JobStatus>>;

interface View {
    readonly job: PlannedJob;
    readonly status: JobStatus;
    /** Whether all that it waits for has ended. */
    readonly ready: boolean;
    /** Whether a job that it waits for has failed, or was skipped for that reason. */
    readonly afterFailure: boolean;
    /** Whether a job that it names itself did not run. */
    readonly lacksNeed: boolean;
    /** Whether it counts as failed for those that wait for it. */
    readonly bad: boolean;
}

/** What can be done next, from the states of a plan's jobs (missing: pending). Pure: call it after every change. */
export function progressOf(plan: PipelinePlan, states: JobStates): Progress {
    const views = viewJobs(plan, states);
    const ready = views.filter(({ status, ready }) => status === "pending" && ready);
    const skip = ready.filter((view) => !mayRun(view));
    const able = ready.filter(mayRun);
    const start = withinStages(
        plan,
        able.filter(({ job }) => job.when !== "manual"),
        views,
    );
    const offer = able.filter(({ job }) => job.when === "manual");
    return { start: namesOf(start), skip: namesOf(skip), offer: namesOf(offer), result: resultOf(views, offer) };
}

/** Jobs stand after those they wait for or, within a stage, anywhere: so each is looked at once those are known. */
function viewJobs(plan: PipelinePlan, states: JobStates): readonly View[] {
    const known = new Map<string, View>();
    let waiting: readonly PlannedJob[] = plan.jobs;
    while (waiting.length > 0) {
        const later = waiting.filter((job) => {
            const before = job.waitsFor.map((name) => known.get(name)).filter((view) => view !== undefined);
            if (before.length < job.waitsFor.length) {
                return true;
            }
            known.set(job.name, viewJob(job, states[job.name] ?? "pending", before));
            return false;
        });
        // A plan that did not come from planPipeline: jobs that wait for each other never become ready.
        if (later.length === waiting.length) {
            break;
        }
        waiting = later;
    }
    return plan.jobs.flatMap((job) => known.get(job.name) ?? []);
}

function viewJob(job: PlannedJob, status: JobStatus, before: readonly View[]): View {
    const afterFailure = before.some(({ bad }) => bad);
    const failed = (status === "failed" && !job.allowFailure) || status === "cancelled";
    return {
        job,
        status,
        ready: before.every((view) => isOver(view.status)),
        afterFailure,
        lacksNeed: before.some((view) => view.status === "skipped" && job.needs.includes(view.job.name)),
        bad: failed || (status === "skipped" && afterFailure),
    };
}

function isOver(status: JobStatus): boolean {
    return status !== "pending" && status !== "running";
}

function mayRun({ job, afterFailure, lacksNeed }: View): boolean {
    if (job.when === "always") {
        return true;
    }
    return job.when === "on_failure" ? afterFailure : !afterFailure && !lacksNeed;
}

function withinStages(plan: PipelinePlan, able: readonly View[], views: readonly View[]): readonly View[] {
    return plan.stages.flatMap(({ name, parallelism }) => {
        const running = views.filter(({ job, status }) => job.stage === name && status === "running").length;
        return able.filter(({ job }) => job.stage === name).slice(0, Math.max(0, parallelism - running));
    });
}

function resultOf(views: readonly View[], offer: readonly View[]): Progress["result"] {
    const open = views.filter(({ status }) => !isOver(status));
    const isWaiting = (view: View): boolean => offer.includes(view) || (view.status === "pending" && !view.ready);
    if (open.some(({ status }) => status === "running") || open.some((view) => !isWaiting(view))) {
        return "running";
    }
    if (open.some(({ job }) => !job.optional)) {
        return "waiting";
    }
    return views.some(({ bad, status }) => bad && status !== "skipped") ? "failed" : "success";
}

function namesOf(views: readonly View[]): readonly string[] {
    return views.map(({ job }) => job.name);
}
