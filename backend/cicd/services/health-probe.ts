import type { HealthVerdict, WantedService } from "../compose/health.ts";
import type { Clock } from "../core/clock.ts";
import type { ContainerState } from "../core/engine.ts";
import type { HttpProbe } from "../core/http-probe.ts";
import type { HealthCheck } from "../core/release.ts";

const probeSeconds = 5;
const probeEveryMilliseconds = 100;

export interface HealthProbePorts {
    readonly probe: HttpProbe;
    readonly clock: Clock;
}

/** An answer to `healthCheckPath`, or that there is none. */
export interface ProbeAnswer extends HealthVerdict {
    readonly url: string;
    readonly answer: string;
}

/** Asks `healthCheckPath` beside the looks at the engine, so that a hanging answer does not keep anybody from looking. */
export interface HealthProbe {
    /** An answer that came since the last call; undefined while one is waited for. Throws what asking throws. */
    look(states: readonly ContainerState[]): Promise<ProbeAnswer | undefined>;
    /** The containers are not healthy: answers of before do not count. */
    forget(): void;
    /** Resolves with the answer that is waited for; undefined where none is. */
    pending(): Promise<void> | undefined;
    /** What was answered last. */
    last(): ProbeAnswer | undefined;
}

export function createHealthProbe(
    { probe, clock }: HealthProbePorts,
    path: string,
    input: { readonly check: HealthCheck; readonly services: readonly WantedService[]; readonly signal: AbortSignal },
): HealthProbe {
    let asking: Promise<void> | undefined;
    let askedAt = -Infinity;
    let round = 0;
    let fresh: ProbeAnswer | undefined;
    let last: ProbeAnswer | undefined;
    let failure: Error | undefined;

    async function ask(url: string, service: string, current: number): Promise<void> {
        try {
            const status = await probe.status(url, probeSeconds, input.signal);
            if (current === round) {
                last = answerOf(url, service, status);
                fresh = last;
            }
        } catch (error) {
            failure = error instanceof Error ? error : new Error(String(error));
        } finally {
            asking = undefined;
        }
    }

    return {
        async look(states) {
            const place = findAddress(input.check, input.services, states);
            if (place === undefined) {
                return unaskable(path);
            }
            const now = clock.now().getTime();
            if (asking === undefined && fresh === undefined && now - askedAt >= probeEveryMilliseconds) {
                askedAt = now;
                asking = ask(`http://${place.address}${path}`, place.service, round);
                await Promise.race([asking, nextTurn()]);
            }
            if (failure !== undefined) {
                throw failure;
            }
            const answer = fresh;
            fresh = undefined;
            return answer;
        },
        forget() {
            round += 1;
            fresh = undefined;
            last = undefined;
        },
        pending: () => asking,
        last: () => last,
    };
}

function nextTurn(): Promise<void> {
    return new Promise((resolve) => void setImmediate(resolve));
}

function answerOf(url: string, service: string, status: number | undefined): ProbeAnswer {
    const answer = status === undefined ? "does not answer" : `answers ${status}`;
    const isGood = status !== undefined && status >= 200 && status < 400;
    return isGood
        ? { verdict: "healthy", reason: "", service, url, answer }
        : { verdict: "waiting", reason: `${url} ${answer}`, service, url, answer };
}

function unaskable(path: string): ProbeAnswer {
    const reason = `healthCheckPath: no service publishes a port to ask ${path} on; publish one, or set healthCheckService and healthCheckPort`;
    return { verdict: "failed", reason, service: undefined, url: "", answer: "cannot be asked" };
}

/** Host and port to ask, and whose: the published port of the wanted service, else the first that publishes one. */
export function findAddress(
    check: HealthCheck,
    services: readonly WantedService[],
    states: readonly ContainerState[],
): { readonly address: string; readonly service: string } | undefined {
    const candidates = services
        .filter(({ service }) => check.service === undefined || service === check.service)
        .flatMap(({ service }) => states.filter((state) => state.service === service));
    for (const state of candidates) {
        const address = addressOf(check, state);
        if (address !== undefined) {
            return { address, service: state.service };
        }
    }
    return undefined;
}

function addressOf(check: HealthCheck, state: ContainerState): string | undefined {
    const port = state.ports.find(({ containerPort }) => check.port === undefined || containerPort === check.port);
    if (port !== undefined) {
        return `${reachable(port.host)}:${port.hostPort}`;
    }
    const own = state.addresses[0];
    const isOwn = check.port !== undefined && own !== undefined && check.service !== undefined;
    return isOwn ? `${bracketed(own)}:${check.port}` : undefined;
}

function reachable(host: string): string {
    if (host === "" || host === "0.0.0.0") {
        return "127.0.0.1";
    }
    return host === "::" ? "[::1]" : bracketed(host);
}

function bracketed(host: string): string {
    return host.includes(":") ? `[${host}]` : host;
}
