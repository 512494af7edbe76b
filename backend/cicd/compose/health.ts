import type { ContainerState } from "../core/engine.ts";

/** What a release wants of one service. */
export interface WantedService {
    readonly service: string;
    /** The image id that must run; undefined where any does. */
    readonly imageId?: string | undefined;
    /** It is meant to end with exit code 0 rather than to stay up. */
    readonly oneShot: boolean;
    /** How many containers; 1 where it is left out. */
    readonly replicas?: number | undefined;
}

/** How a container was when it was first seen running. */
export type FirstSeen = Pick<ContainerState, "restartCount" | "startedAt">;

export interface HealthInput {
    /** In dependency order: the first that fails is named. */
    readonly wanted: readonly WantedService[];
    readonly states: readonly ContainerState[];
    /** Container id → how it was at first; a later restart counts as a crash loop. */
    readonly baseline: ReadonlyMap<string, FirstSeen>;
}

export interface HealthVerdict {
    readonly verdict: "healthy" | "waiting" | "failed";
    /** A sentence; "" for healthy. */
    readonly reason: string;
    readonly service: string | undefined;
}

const healthy: HealthVerdict = { verdict: "healthy", reason: "", service: undefined };

/** Judges one look at the containers of a stack (contract §7 *Healthy*). The stability window is not its business. */
export function judgeHealth(input: HealthInput): HealthVerdict {
    const verdicts = input.wanted.map((wanted) => judgeService(wanted, input));
    const decisive =
        verdicts.find(({ verdict }) => verdict === "failed") ?? verdicts.find(({ verdict }) => verdict === "waiting");
    if (decisive !== undefined) {
        return decisive;
    }
    return staysUp(input.wanted)
        ? healthy
        : { verdict: "failed", reason: "no service keeps running", service: undefined };
}

/** Whether any service is meant to keep running: without one, nothing can be healthy. */
export function staysUp(wanted: readonly WantedService[]): boolean {
    return wanted.some(({ oneShot, replicas = 1 }) => !oneShot && replicas > 0);
}

function judgeService(wanted: WantedService, input: HealthInput): HealthVerdict {
    const replicas = wanted.replicas ?? 1;
    const containers = input.states.filter((state) => state.service === wanted.service);
    const verdicts = containers.map((state) => judgeContainer(wanted, state, input.baseline.get(state.id)));
    const bad =
        verdicts.find(({ verdict }) => verdict === "failed") ?? verdicts.find(({ verdict }) => verdict === "waiting");
    if (bad !== undefined) {
        return bad;
    }
    return containers.length >= replicas
        ? healthy
        : waiting(wanted, `has ${containers.length} of ${replicas} containers`);
}

function judgeContainer(wanted: WantedService, state: ContainerState, first: FirstSeen | undefined): HealthVerdict {
    if (wanted.imageId !== undefined && state.imageId !== wanted.imageId) {
        return failed(wanted, "runs another image than the release wants");
    }
    return wanted.oneShot ? judgeOneShot(wanted, state) : judgeLongRunning(wanted, state, first);
}

function judgeOneShot(wanted: WantedService, state: ContainerState): HealthVerdict {
    if (state.status === "exited") {
        return state.exitCode === 0 ? healthy : failed(wanted, exitPhrase(state));
    }
    return state.status === "dead" ? failed(wanted, "is dead") : waiting(wanted, "has not ended yet");
}

function judgeLongRunning(wanted: WantedService, state: ContainerState, first: FirstSeen | undefined): HealthVerdict {
    if (state.status === "exited" || state.status === "dead") {
        return failed(wanted, exitPhrase(state));
    }
    if (hasRestarted(state, first)) {
        return failed(wanted, `keeps restarting: it ${exitPhrase(state)} and was started again`);
    }
    if (state.health === "unhealthy") {
        return failed(wanted, "is unhealthy: its health check fails");
    }
    if (state.status !== "running") {
        return waiting(wanted, state.status === "created" ? "is not started yet" : `is ${state.status}`);
    }
    return state.health === "starting" ? waiting(wanted, "is starting: its health check has not passed yet") : healthy;
}

function hasRestarted(state: ContainerState, first: FirstSeen | undefined): boolean {
    if (first === undefined) {
        return false;
    }
    // The same start may be reported with other digits, so compare times rather than texts.
    return state.restartCount > first.restartCount || Date.parse(state.startedAt) !== Date.parse(first.startedAt);
}

function exitPhrase(state: ContainerState): string {
    const memory = state.oomKilled ? " (out of memory)" : "";
    return `exited with code ${state.exitCode}${memory}`;
}

function waiting(wanted: WantedService, what: string): HealthVerdict {
    return { verdict: "waiting", reason: `${wanted.service} ${what}`, service: wanted.service };
}

function failed(wanted: WantedService, what: string): HealthVerdict {
    return { verdict: "failed", reason: `${wanted.service} ${what}`, service: wanted.service };
}
