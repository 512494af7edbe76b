import type { ServiceHealthState, ServiceProgress } from "../../../common/schema/deployment-health.ts";
import type { ContainerState } from "../core/engine.ts";
import type { ServiceVerdict } from "./health.ts";

/** Service → its state, and since when; all times in milliseconds. */
export type StateTimes = ReadonlyMap<string, { readonly state: ServiceHealthState; readonly since: number }>;

export interface ProgressInput {
    readonly verdicts: readonly ServiceVerdict[];
    readonly states: readonly ContainerState[];
    readonly times: StateTimes;
    readonly now: number;
}

/** What people see of one look, and since when each service is in its state. */
export function describeProgress({ verdicts, states, times, now }: ProgressInput): {
    readonly services: readonly ServiceProgress[];
    readonly times: StateTimes;
} {
    const later = new Map(
        verdicts.map((verdict) => {
            const state = stateOf(verdict);
            const before = times.get(verdict.wanted.service);
            return [verdict.wanted.service, before?.state === state ? before : { state, since: now }] as const;
        }),
    );
    const services = verdicts.map((verdict) => {
        const { service, replicas = 1 } = verdict.wanted;
        const containers = states.filter((state) => state.service === service);
        const { state, since } = later.get(service) ?? { state: stateOf(verdict), since: now };
        return {
            service,
            state,
            verdict: verdict.verdict,
            reason: verdict.reason,
            containers: containers.length,
            wanted: replicas,
            restarts: Math.max(0, ...containers.map(({ restartCount }) => restartCount)),
            check: verdict.decisive?.lastCheck,
            seconds: Math.max(0, Math.floor((now - since) / 1000)),
        };
    });
    return { services, times: later };
}

function stateOf({ decisive, wanted, isLoop }: ServiceVerdict): ServiceHealthState {
    if (decisive === undefined || decisive.status === "removing") {
        return "waiting";
    }
    if (decisive.status === "running") {
        return runningState(decisive, isLoop);
    }
    if (decisive.status === "dead") {
        return "exited";
    }
    return decisive.status === "exited" && wanted.oneShot && decisive.exitCode === 0 ? "completed" : decisive.status;
}

/** One in a crash loop may run at the moment: it is shown as what it is. */
function runningState({ health }: ContainerState, isLoop: boolean): ServiceHealthState {
    if (isLoop) {
        return "restarting";
    }
    return health === "none" ? "running" : health;
}
