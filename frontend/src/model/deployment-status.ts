import type { Deployment, DeploymentPhase, DeploymentStatus } from "../../../common/schema/deployment.ts";
import { awaitingApproval, deploymentStatuses } from "../../../common/schema/deployment.ts";

export type Tone = "primary" | "success" | "danger" | "warning" | "secondary";

interface Look {
    readonly tone: Tone;
    readonly icon: string;
    readonly active: boolean;
}

/** How each status looks, everywhere. */
export const statusLook = {
    pending: { tone: "secondary", icon: "clock", active: true },
    building: { tone: "primary", icon: "hammer", active: true },
    deploying: { tone: "primary", icon: "rocket", active: true },
    successful: { tone: "success", icon: "circle-check", active: false },
    failed: { tone: "danger", icon: "circle-xmark", active: false },
    rolled_back: { tone: "warning", icon: "rotate-left", active: false },
    cancelled: { tone: "secondary", icon: "ban", active: false },
} as const satisfies Record<DeploymentStatus, Look>;

/** How one looks that waits for a person. */
export const waitingLook: Look = { tone: "warning", icon: "hourglass-half", active: false };

/** Whether it waits or runs. */
export function isActive(deployment: Pick<Deployment, "status">): boolean {
    return statusLook[deployment.status].active;
}

/** Whether it is built and waits for a person's click. */
export function awaitsApproval({ status, phase, approvedAt }: Deployment): boolean {
    return status === "building" && phase === "approval" && approvedAt === undefined;
}

/** How a deployment is told in the list of stacks: one that waits for a person is not called by its status. */
export function listedStatus(deployment: Deployment): string {
    return awaitsApproval(deployment) ? awaitingApproval : deployment.status;
}

/** The same read back; undefined for what this page does not know. */
export function readListed(
    text: string | undefined,
): { readonly status: DeploymentStatus; readonly waiting: boolean } | undefined {
    if (text === awaitingApproval) {
        return { status: "building", waiting: true };
    }
    return isDeploymentStatus(text) ? { status: text, waiting: false } : undefined;
}

/** Narrows the free text of the stack list. */
export function isDeploymentStatus(text: string | undefined): text is DeploymentStatus {
    return deploymentStatuses.some((status) => status === text);
}

/** The steps of the timeline; those that did not run are left out, the ones every deployment takes are always there. */
export const usualPhases = [
    "fetching",
    "building",
    "previewing",
    "applying",
    "verifying",
] as const satisfies readonly DeploymentPhase[];

export interface TimelineStep {
    readonly phase: DeploymentPhase;
    readonly state: "done" | "current" | "failed" | "waiting" | "skipped";
    /** Milliseconds; undefined before it started. */
    readonly elapsedMs?: number | undefined;
}

/** Whether it has ended, is not what runs now, and its release is kept. */
export function mayRollBackTo(deployment: Deployment): boolean {
    return deployment.canRollBack && !deployment.live && !isActive(deployment);
}

/** The timeline of a deployment at a point in time (milliseconds since the epoch). */
export function timelineOf(deployment: Deployment, now: number): readonly TimelineStep[] {
    const active = isActive(deployment);
    const ran = deployment.phases.filter(({ phase }) => phase !== "queued" && phase !== "done");
    const last = ran.at(-1);
    const steps = ran.map((time, index): TimelineStep => {
        const led = ran[index + 1]?.phase === "rolling_back";
        const end = endOf(time, deployment, now);
        return {
            phase: time.phase,
            state: led ? "failed" : stateOf(time === last, active, deployment.status),
            elapsedMs: Math.max(0, end - Date.parse(time.startedAt)),
        };
    });
    const missing = usualPhases.filter((phase) => !ran.some((time) => time.phase === phase));
    const upcoming = last?.phase === "rolling_back" ? [] : missing.filter((phase) => comesAfter(phase, last?.phase));
    return [...steps, ...upcoming.map((phase): TimelineStep => ({ phase, state: active ? "waiting" : "skipped" }))];
}

function endOf(time: Deployment["phases"][number], deployment: Deployment, now: number): number {
    const ended = time.endedAt ?? (isActive(deployment) ? undefined : deployment.completedAt);
    return ended === undefined ? now : Date.parse(ended);
}

function stateOf(isLast: boolean, active: boolean, status: DeploymentStatus): TimelineStep["state"] {
    if (!isLast || status === "successful" || status === "rolled_back") {
        return "done";
    }
    return active ? "current" : "failed";
}

const order: readonly DeploymentPhase[] = [
    "fetching",
    "pipeline",
    "building",
    "publishing",
    "approval",
    "previewing",
    "applying",
    "verifying",
];

function comesAfter(phase: DeploymentPhase, last: DeploymentPhase | undefined): boolean {
    return last === undefined || order.indexOf(phase) > order.indexOf(last);
}
