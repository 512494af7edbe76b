import type { JobStatus } from "../../../common/schema/job-status.ts";
import type { PipelineJobRun, PipelineRun } from "../../../common/schema/pipeline-run.ts";
import type { Tone } from "./deployment-status.ts";

/** What a job or a run says of itself: its status, or something finer. */
export type ShownState = JobStatus | "planned" | "manual" | "tolerated" | "waiting";

export interface JobLook {
    readonly state: ShownState;
    readonly tone: Tone;
    readonly icon: string;
    readonly spin: boolean;
}

const looks = {
    planned: { tone: "secondary", icon: "circle-dot", spin: false },
    pending: { tone: "secondary", icon: "clock", spin: false },
    manual: { tone: "primary", icon: "hand-pointer", spin: false },
    running: { tone: "primary", icon: "spinner", spin: true },
    waiting: { tone: "warning", icon: "hand-pointer", spin: false },
    success: { tone: "success", icon: "circle-check", spin: false },
    tolerated: { tone: "warning", icon: "triangle-exclamation", spin: false },
    failed: { tone: "danger", icon: "circle-xmark", spin: false },
    cancelled: { tone: "secondary", icon: "ban", spin: false },
    skipped: { tone: "secondary", icon: "angles-right", spin: false },
} as const satisfies Record<ShownState, Omit<JobLook, "state">>;

type Seen = Pick<PipelineJobRun, "allowFailure"> & Partial<Pick<PipelineJobRun, "status" | "canStart">>;

/** How a job looks, everywhere; one of a plan has no status. */
export function jobLook(job: Seen): JobLook {
    const state = stateOf(job);
    return { state, ...looks[state] };
}

/** How a run looks. */
export function runLook({ status, waiting }: Pick<PipelineRun, "status" | "waiting">): JobLook {
    const state = status === "running" && waiting ? "waiting" : status;
    return { state, ...looks[state] };
}

function stateOf({ status, canStart, allowFailure }: Seen): ShownState {
    if (status === "pending" && canStart === true) {
        return "manual";
    }
    return status === "failed" && allowFailure ? "tolerated" : (status ?? "planned");
}

/** Whether it waits or runs. */
export function isOpen({ status }: { readonly status: JobStatus }): boolean {
    return status === "pending" || status === "running";
}

interface Timed {
    readonly status?: JobStatus;
    readonly startedAt?: string | undefined;
    readonly duration?: number | undefined;
}

/** How long a job or a run took, or has been running, in milliseconds; undefined before it started. */
export function elapsedMs({ status, startedAt, duration }: Timed, now: number): number | undefined {
    if (duration !== undefined) {
        return duration * 1000;
    }
    return status === "running" && startedAt !== undefined ? Math.max(0, now - Date.parse(startedAt)) : undefined;
}

/** What a run's page shows by itself: the first job that stopped it. */
export function firstFailure(run: PipelineRun): PipelineJobRun | undefined {
    return run.jobs.find(({ status, allowFailure }) => status === "failed" && !allowFailure);
}
