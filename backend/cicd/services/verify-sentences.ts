import type { HealthVerdict, ServiceVerdict } from "../compose/health.ts";
import type { ContainerState } from "../core/engine.ts";

/** Why a release failed, and what else of it did, for people. */
export function describeFailure(verdict: HealthVerdict, failed: readonly ServiceVerdict[]): string {
    const others = failed.filter(({ service }) => service !== verdict.service).map(({ wanted }) => wanted.service);
    const also = others.length === 0 ? "" : ` Failed too: ${others.join(", ")}.`;
    return `${sentence(verdict.reason)}${also}`;
}

/** Why a release did not become healthy in time, and the way out. */
export function describeTimeout(seconds: number, reason: string, troubled: readonly ContainerState[]): string {
    const longer = "If it only needs longer, raise healthCheckTimeout.";
    return `Not healthy after ${seconds} s: ${sentence(reason || "it did not stay healthy")}${late(seconds, troubled)} ${longer}`;
}

/** A health check may be run for the first time only when all the time is over. */
function late(seconds: number, troubled: readonly ContainerState[]): string {
    const first = troubled.find(
        ({ health, lastCheck, firstCheckSeconds = 0 }) =>
            health === "starting" && lastCheck === undefined && firstCheckSeconds >= seconds,
    );
    return first === undefined
        ? ""
        : ` Its health check was not run yet: it first is after ${first.firstCheckSeconds ?? 0} s (interval, start_interval).`;
}

function sentence(reason: string): string {
    return reason.endsWith(".") ? reason : `${reason}.`;
}
