import type { ContainerState, Engine } from "../core/engine.ts";
import { composeLabels } from "../core/engine.ts";
import { DeploymentFailure } from "../core/failure.ts";
import type { Clock } from "../core/clock.ts";
import type { HttpProbe } from "../core/http-probe.ts";
import type { HealthCheck } from "../core/release.ts";
import { type HealthVerdict, judgeHealth, type WantedService } from "../compose/health.ts";
import { advanceStability, isStable, unstable } from "../compose/stability.ts";
import type { DeploymentRun } from "./deployment-run.ts";

const pollMilliseconds = 100;
const failingLogLines = 100;

export interface VerifyPorts {
    readonly engine: Engine;
    readonly probe: HttpProbe;
    readonly clock: Clock;
    readonly stabilitySeconds: number;
}

export interface VerifyInput {
    readonly stack: string;
    readonly services: readonly WantedService[];
    readonly healthCheck: HealthCheck;
    readonly signal: AbortSignal;
}

/**
 * Waits until a release is healthy for the whole stability window, looking at the engine ten times a second. Throws
 * `unhealthy` with the reason; the failing container's last lines go to the log first.
 */
export async function verifyRelease(ports: VerifyPorts, run: DeploymentRun, input: VerifyInput): Promise<void> {
    const limit = now(ports) + (input.healthCheck.timeoutSeconds + ports.stabilitySeconds) * 1000;
    const baseline = new Map<string, ContainerState>();
    let stability = unstable;
    let lastReason = "";
    while (!input.signal.aborted) {
        const states = await inspectStack(ports.engine, input.stack);
        const verdict = await judge(ports, input, states, baseline);
        if (verdict.verdict === "failed") {
            await showLogs(
                ports.engine,
                run,
                states.filter(({ service }) => service === verdict.service),
            );
            throw new DeploymentFailure("unhealthy", sentence(verdict.reason));
        }
        const before = stability;
        stability = advanceStability(stability, { verdict: verdict.verdict, states, now: now(ports) });
        if (isStable(stability, now(ports), ports.stabilitySeconds)) {
            return;
        }
        lastReason = tell(ports, run, lastReason, before.stableSince === undefined ? verdict : undefined);
        if (now(ports) >= limit) {
            await showLogs(
                ports.engine,
                run,
                states.filter(({ service }) => service === verdict.service),
            );
            throw new DeploymentFailure("unhealthy", timeoutSentence(input, verdict.reason));
        }
        await ports.clock.sleep(pollMilliseconds, input.signal);
    }
}

function now(ports: VerifyPorts): number {
    return ports.clock.now().getTime();
}

/** The states of all containers of a stack, one-off ones left out. */
export async function inspectStack(engine: Engine, stack: string): Promise<readonly ContainerState[]> {
    const containers = await engine.listContainers([`${composeLabels.project}=${stack}`]);
    const states = await Promise.all(
        containers
            .filter((container) => container.labels[composeLabels.oneOff] !== "True")
            .map((container) => engine.inspect(container.id)),
    );
    return states.filter((state) => state !== undefined);
}

async function judge(
    ports: VerifyPorts,
    input: VerifyInput,
    states: readonly ContainerState[],
    baseline: Map<string, ContainerState>,
): Promise<HealthVerdict> {
    const verdict = judgeHealth({ wanted: input.services, states, baseline });
    for (const state of states) {
        if (state.status === "running" && !baseline.has(state.id)) {
            baseline.set(state.id, state);
        }
    }
    if (verdict.verdict !== "healthy" || input.healthCheck.path === undefined) {
        return verdict;
    }
    return probeHealth(ports, input, input.healthCheck.path, states);
}

async function probeHealth(
    ports: VerifyPorts,
    input: VerifyInput,
    path: string,
    states: readonly ContainerState[],
): Promise<HealthVerdict> {
    const address = findAddress(input.healthCheck, input.services, states);
    if (address === undefined) {
        const reason = `healthCheckPath: no service publishes a port to ask ${path} on; publish one, or set healthCheckService and healthCheckPort`;
        return { verdict: "failed", reason, service: undefined };
    }
    const url = `http://${address}${path}`;
    const status = await ports.probe.status(url, 5, input.signal);
    if (status !== undefined && status >= 200 && status < 400) {
        return { verdict: "healthy", reason: "", service: undefined };
    }
    const answer = status === undefined ? "does not answer" : `answers ${status}`;
    return { verdict: "waiting", reason: `${url} ${answer}`, service: input.healthCheck.service };
}

/** Host and port to ask: the published port of the wanted service, else the first that publishes one. */
export function findAddress(
    check: HealthCheck,
    services: readonly WantedService[],
    states: readonly ContainerState[],
): string | undefined {
    const candidates = services
        .filter(({ service }) => check.service === undefined || service === check.service)
        .flatMap(({ service }) => states.filter((state) => state.service === service));
    for (const state of candidates) {
        const port = state.ports.find(({ containerPort }) => check.port === undefined || containerPort === check.port);
        if (port !== undefined) {
            return `${reachable(port.host)}:${port.hostPort}`;
        }
        const address = state.addresses[0];
        if (check.port !== undefined && address !== undefined && check.service !== undefined) {
            return `${address}:${check.port}`;
        }
    }
    return undefined;
}

function reachable(host: string): string {
    if (host === "" || host === "0.0.0.0") {
        return "127.0.0.1";
    }
    if (host === "::") {
        return "[::1]";
    }
    return host.includes(":") ? `[${host}]` : host;
}

function tell(ports: VerifyPorts, run: DeploymentRun, last: string, verdict: HealthVerdict | undefined): string {
    if (verdict === undefined) {
        return last;
    }
    const line =
        verdict.verdict === "healthy"
            ? `Every service is healthy; watching for ${ports.stabilitySeconds} s that it stays so`
            : `Waiting: ${verdict.reason}`;
    if (line !== last) {
        run.say(line);
    }
    return line;
}

function sentence(reason: string): string {
    return reason.endsWith(".") ? reason : `${reason}.`;
}

function timeoutSentence(input: VerifyInput, reason: string): string {
    return `Not healthy after ${input.healthCheck.timeoutSeconds} s: ${reason || "it did not stay healthy"}. If it only needs longer, raise healthCheckTimeout.`;
}

/** Writes the last output of these containers to the log. */
export async function showLogs(engine: Engine, run: DeploymentRun, states: readonly ContainerState[]): Promise<void> {
    for (const state of states) {
        run.say(`Last output of ${state.name}:`);
        for (const line of await engine.tailLogs(state.id, failingLogLines)) {
            run.write("stderr", line);
        }
    }
}
