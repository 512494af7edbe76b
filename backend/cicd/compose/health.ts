import type { ContainerState } from "../core/engine.ts";
import { type ContainerEnd, explainExit } from "./exit-reason.ts";
import { lastLine } from "./last-line.ts";

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
    /** Container id → how it ended last, where that was seen: one that runs again does not tell any more. */
    readonly ends?: ReadonlyMap<string, ContainerEnd> | undefined;
}

export interface HealthVerdict {
    readonly verdict: "healthy" | "waiting" | "failed";
    /** A sentence; "" for healthy. */
    readonly reason: string;
    readonly service: string | undefined;
}

/** The verdict on one service, and the containers that it comes from. */
export interface ServiceVerdict extends HealthVerdict {
    readonly wanted: WantedService;
    /** The container that decided; for a healthy service any one, undefined where there is none. */
    readonly decisive: ContainerState | undefined;
    /** Every container that is not healthy. */
    readonly troubled: readonly ContainerState[];
    /** It is started again and again: at the moment it may run. */
    readonly isLoop: boolean;
}

type Outcome = Pick<HealthVerdict, "verdict" | "reason"> & { readonly isLoop?: boolean };

const healthy: Outcome = { verdict: "healthy", reason: "" };

/** Judges one look at the containers of a stack (contract §7 *Healthy*). The stability window is not its business. */
export function judgeHealth(input: HealthInput): HealthVerdict {
    return worstOf(judgeServices(input));
}

/** The verdict on the whole: that of the first service that failed, or of the first that is waited for. */
export function worstOf(services: readonly ServiceVerdict[]): HealthVerdict {
    const decisive =
        services.find(({ verdict }) => verdict === "failed") ?? services.find(({ verdict }) => verdict === "waiting");
    if (decisive !== undefined) {
        const { verdict, reason, service } = decisive;
        return { verdict, reason, service };
    }
    return staysUp(services.map(({ wanted }) => wanted))
        ? { ...healthy, service: undefined }
        : { verdict: "failed", reason: "no service keeps running", service: undefined };
}

/** Whether any service is meant to keep running: without one, nothing can be healthy. */
export function staysUp(wanted: readonly WantedService[]): boolean {
    return wanted.some(({ oneShot, replicas = 1 }) => !oneShot && replicas > 0);
}

/** Judges every service, in the order that is wanted. */
export function judgeServices(input: HealthInput): readonly ServiceVerdict[] {
    return input.wanted.map((wanted) => judgeService(wanted, input));
}

function judgeService(wanted: WantedService, input: HealthInput): ServiceVerdict {
    const { service, replicas = 1 } = wanted;
    const judged = input.states
        .filter((state) => state.service === service)
        .map((state) => ({ state, ...judgeContainer(wanted, state, input) }));
    const bad =
        judged.find(({ verdict }) => verdict === "failed") ?? judged.find(({ verdict }) => verdict === "waiting");
    const missing = waiting(`has ${judged.length} of ${replicas} containers`);
    const outcome = bad ?? (judged.length >= replicas ? healthy : missing);
    return {
        wanted,
        service,
        verdict: outcome.verdict,
        reason: outcome.reason === "" ? "" : `${service} ${outcome.reason}`,
        decisive: (bad ?? judged[0])?.state,
        troubled: judged.filter(({ verdict }) => verdict !== "healthy").map(({ state }) => state),
        isLoop: outcome.isLoop === true,
    };
}

function judgeContainer(wanted: WantedService, state: ContainerState, { baseline, ends }: HealthInput): Outcome {
    if (wanted.imageId !== undefined && state.imageId !== wanted.imageId) {
        return failed("runs another image than the release wants");
    }
    if (state.startError !== undefined && state.status !== "running") {
        return failed(`could not be started: ${lastLine(state.startError)}`);
    }
    const restarted = hasRestarted(state, baseline.get(state.id));
    const end = state.status === "running" ? ends?.get(state.id) : state;
    return wanted.oneShot ? judgeOneShot(state, restarted) : judgeLongRunning(state, restarted, end);
}

function judgeOneShot(state: ContainerState, restarted: boolean): Outcome {
    if (state.status === "exited") {
        return state.exitCode === 0 ? healthy : failed(explainExit(state));
    }
    if (restarted && (state.restartPolicy === "always" || state.restartPolicy === "unless-stopped")) {
        const way = `its restart policy (${state.restartPolicy}) starts it again: use "no" or "on-failure"`;
        return { ...failed(`is meant to end, and ${way}`), isLoop: true };
    }
    return state.status === "dead" ? failed("is dead") : waiting("has not ended yet");
}

function judgeLongRunning(state: ContainerState, restarted: boolean, end: ContainerEnd | undefined): Outcome {
    if (state.status === "exited" || state.status === "dead") {
        return failed(state.exitCode === 0 ? `${explainExit(state)}: ${endsWell}` : explainExit(state));
    }
    if (restarted) {
        const how = end === undefined ? "ended" : explainExit(end);
        return { ...failed(`keeps restarting: it ${how} and was started again`), isLoop: true };
    }
    if (state.health === "unhealthy") {
        return failed(`is unhealthy: its health check fails${checkPhrase(state)}`);
    }
    return state.status === "running" ? judgeRunning(state) : waiting(waitingPhrase(state));
}

const endsWell = "it is to keep running; where it is meant to end, label it cicd.one-shot=true";

function judgeRunning(state: ContainerState): Outcome {
    return state.health === "starting"
        ? waiting(`is starting: its health check has not passed yet${checkPhrase(state)}`)
        : healthy;
}

function waitingPhrase(state: ContainerState): string {
    const phrases: Readonly<Record<string, string | undefined>> = {
        created: "is not started yet",
        restarting: `is restarting: it ${explainExit(state)}`,
        paused: "is paused: unpause it, for it cannot become healthy so",
    };
    return phrases[state.status] ?? `is ${state.status}`;
}

/** What a health check that failed said last. */
function checkPhrase({ lastCheck }: ContainerState): string {
    if (lastCheck === undefined || lastCheck.exitCode === 0) {
        return "";
    }
    const words = lastLine(lastCheck.output);
    return ` (exit code ${lastCheck.exitCode}${words === "" ? "" : `: ${words}`})`;
}

/** The engine counts a restart when the container dies: who waits for the second one has been started again in vain. */
function hasRestarted(state: ContainerState, first: FirstSeen | undefined): boolean {
    if (state.status === "restarting" && state.restartCount > 1) {
        return true;
    }
    if (first === undefined) {
        return false;
    }
    // The same start may be reported with other digits, so compare times rather than texts.
    return state.restartCount > first.restartCount || Date.parse(state.startedAt) !== Date.parse(first.startedAt);
}

function waiting(reason: string): Outcome {
    return { verdict: "waiting", reason };
}

function failed(reason: string): Outcome {
    return { verdict: "failed", reason };
}
