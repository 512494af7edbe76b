import type { Deployment } from "../../../common/schema/deployment.ts";
import type {
    DeploymentHealth,
    ServiceHealthState,
    ServiceProgress,
} from "../../../common/schema/deployment-health.ts";
import type { Tone } from "./deployment-status.ts";
import { formatDuration, wholeSeconds } from "./duration.ts";

interface Look {
    readonly tone: Tone;
    readonly icon: string;
    readonly active: boolean;
}

const looks = {
    waiting: { tone: "secondary", icon: "clock", active: true },
    created: { tone: "secondary", icon: "clock", active: true },
    starting: { tone: "primary", icon: "play", active: true },
    running: { tone: "success", icon: "circle-check", active: false },
    healthy: { tone: "success", icon: "circle-check", active: false },
    unhealthy: { tone: "danger", icon: "circle-xmark", active: false },
    restarting: { tone: "danger", icon: "rotate", active: true },
    paused: { tone: "warning", icon: "clock", active: false },
    exited: { tone: "danger", icon: "circle-xmark", active: false },
    completed: { tone: "success", icon: "circle-check", active: false },
} as const satisfies Record<ServiceHealthState, Look>;

/** How a service looks: as its state does, but for one that cannot be well any more. */
export function serviceLook({ state, verdict }: Pick<ServiceProgress, "state" | "verdict">): Look {
    return verdict === "failed" ? { tone: "danger", icon: "circle-xmark", active: false } : looks[state];
}

/** Whether the services are worth showing: while they are waited for, and, where that failed, how they were then. */
export function showsHealth(
    { phase, status }: Pick<Deployment, "phase" | "status">,
    health: DeploymentHealth | undefined,
): health is DeploymentHealth {
    if (health === undefined) {
        return false;
    }
    return phase === "verifying" || (hasFailed(health) && status !== "successful");
}

/** Whether the last look found something that is not well. */
export function hasFailed({ ended, services, httpCheck }: DeploymentHealth): boolean {
    return ended && (services.some(({ verdict }) => verdict !== "healthy") || httpCheck?.good === false);
}

/** A service's reason without its name, which stands beside it. */
export function reasonOf({ service, reason }: Pick<ServiceProgress, "service" | "reason">): string {
    return reason.startsWith(`${service} `) ? reason.slice(service.length + 1) : reason;
}

/** What its health check wrote, where that is more than the reason tells. */
export function newOutput({ verdict, reason, check }: Pick<ServiceProgress, "verdict" | "reason" | "check">): string {
    const output = check?.output ?? "";
    return verdict === "healthy" || reason.includes(output) ? "" : output;
}

/** A time that is known by the second: `4 s`, `3 m 05 s`. */
export function formatSeconds(milliseconds: number, locale: string): string {
    const seconds = Math.floor(milliseconds / 1000);
    return seconds < 60 ? wholeSeconds(seconds, locale) : formatDuration(seconds * 1000, locale);
}
