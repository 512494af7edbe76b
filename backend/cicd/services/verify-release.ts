import type { DeploymentHealth } from "../../../common/schema/deployment-health.ts";
import {
    type HealthVerdict,
    judgeServices,
    type ServiceVerdict,
    type WantedService,
    worstOf,
} from "../compose/health.ts";
import { describeProgress, type StateTimes } from "../compose/service-progress.ts";
import { advanceStability, isStable, type Stability, unstable } from "../compose/stability.ts";
import type { Clock } from "../core/clock.ts";
import type { ContainerState, Engine } from "../core/engine.ts";
import { composeLabels, isOfService } from "../core/engine.ts";
import { DeploymentFailure } from "../core/failure.ts";
import type { HttpProbe } from "../core/http-probe.ts";
import type { HealthCheck } from "../core/release.ts";
import type { DeploymentHealths } from "./deployment-healths.ts";
import type { DeploymentRun } from "./deployment-run.ts";
import { createHealthProbe, type HealthProbe } from "./health-probe.ts";
import { maskHealth } from "./mask-health.ts";
import { showLogs } from "./show-output.ts";
import { describeFailure, describeTimeout } from "./verify-sentences.ts";
import { watchEnds } from "./watch-ends.ts";

export { showLogs };

const pollMilliseconds = 100;
/** A slow engine, such as one over SSH, is not asked all the time. */
const longestPause = 1000;

export interface VerifyPorts {
    readonly engine: Engine;
    readonly probe: HttpProbe;
    readonly clock: Clock;
    readonly stabilitySeconds: number;
    /** Told of every look. */
    readonly healths?: Pick<DeploymentHealths, "note"> | undefined;
}

export interface VerifyInput {
    readonly stack: string;
    readonly services: readonly WantedService[];
    readonly healthCheck: HealthCheck;
    readonly signal: AbortSignal;
    /** The machine's name, where it is not this one. */
    readonly machine?: string | undefined;
}

/** One look at everything. Without a verdict the answer to `healthCheckPath` is waited for. */
interface Look {
    readonly states: readonly ContainerState[];
    readonly services: readonly ServiceVerdict[];
    readonly verdict: HealthVerdict | undefined;
}

/**
 * Waits until a release is healthy for the whole stability window, looking at the engine ten times a second. Throws
 * `unhealthy` with the reason; the last lines of every container that failed go to the log first.
 */
export async function verifyRelease(ports: VerifyPorts, run: DeploymentRun, input: VerifyInput): Promise<void> {
    const ended = new AbortController();
    try {
        const signal = AbortSignal.any([input.signal, ended.signal]);
        await new Verification(ports, run, { ...input, signal }).untilStable();
    } finally {
        ended.abort();
    }
}

class Verification {
    readonly #ports: VerifyPorts;
    readonly #run: DeploymentRun;
    readonly #input: VerifyInput;
    readonly #probe: HealthProbe | undefined;
    readonly #ends: ReturnType<typeof watchEnds>;
    readonly #baseline = new Map<string, ContainerState>();
    readonly #limit: number;
    #stability: Stability = unstable;
    #times: StateTimes = new Map();
    #told = "";

    constructor(ports: VerifyPorts, run: DeploymentRun, input: VerifyInput) {
        const { healthCheck: check, services, signal } = input;
        this.#ports = ports;
        this.#run = run;
        this.#input = input;
        this.#probe =
            check.path === undefined ? undefined : createHealthProbe(ports, check.path, { check, services, signal });
        this.#ends = watchEnds(ports.engine, input.stack, signal);
        this.#limit = this.#now() + (check.timeoutSeconds + ports.stabilitySeconds) * 1000;
    }

    async untilStable(): Promise<void> {
        while (!this.#input.signal.aborted) {
            const begun = this.#now();
            const look = await this.#look();
            const isDone = this.#takeIn(look);
            this.#note(look, isDone);
            if (isDone) {
                return;
            }
            await this.#checkFailure(look);
            await this.#pause(this.#now() - begun);
        }
    }

    async #look(): Promise<Look> {
        const { services: wanted, stack } = this.#input;
        const states = await inspectStack(this.#ports.engine, stack);
        const services = judgeServices({ wanted, states, baseline: this.#baseline, ends: this.#ends });
        for (const state of states) {
            if (state.status === "running" && !this.#baseline.has(state.id)) {
                this.#baseline.set(state.id, state);
            }
        }
        const verdict = worstOf(services);
        if (verdict.verdict === "healthy" && this.#probe !== undefined) {
            return { states, services, verdict: await this.#probe.look(states) };
        }
        this.#probe?.forget();
        return { states, services, verdict };
    }

    /** Whether everything was healthy for long enough. */
    #takeIn({ states, verdict }: Look): boolean {
        if (verdict === undefined) {
            return false;
        }
        const wanted = new Set(this.#input.services.map(({ service }) => service));
        const before = this.#stability;
        this.#stability = advanceStability(before, {
            verdict: verdict.verdict,
            states: states.filter(({ service }) => wanted.has(service)),
            now: this.#now(),
        });
        if (isStable(this.#stability, this.#now(), this.#ports.stabilitySeconds)) {
            return true;
        }
        if (before.stableSince === undefined && verdict.verdict !== "failed") {
            this.#tell(verdict);
        }
        return false;
    }

    async #checkFailure({ verdict, services, states }: Look): Promise<void> {
        if (verdict?.verdict === "failed") {
            const failed = services.filter((one) => one.verdict === "failed");
            await showLogs(this.#ports.engine, this.#run, troubledOf(failed));
            throw new DeploymentFailure("unhealthy", describeFailure(verdict, failed));
        }
        if (this.#now() >= this.#limit) {
            const asked = this.#probe?.last()?.service;
            const troubled = troubledOf(services);
            const suspects = troubled.length > 0 ? troubled : states.filter(({ service }) => service === asked);
            await showLogs(this.#ports.engine, this.#run, suspects);
            const { reason } = verdict ?? this.#probe?.last() ?? unanswered(this.#input.healthCheck);
            const message = describeTimeout(this.#input.healthCheck.timeoutSeconds, reason, troubled);
            throw new DeploymentFailure("unhealthy", message);
        }
    }

    /** A probe's answer is looked at when it comes. */
    async #pause(lookMilliseconds: number): Promise<void> {
        const milliseconds = Math.min(longestPause, Math.max(pollMilliseconds, lookMilliseconds));
        const sleeping = this.#ports.clock.sleep(milliseconds, this.#input.signal);
        const answering = this.#probe?.pending();
        await (answering === undefined ? sleeping : Promise.race([sleeping, answering]));
    }

    #tell(verdict: HealthVerdict): void {
        const line =
            verdict.verdict === "healthy"
                ? `Every service is healthy; watching for ${this.#ports.stabilitySeconds} s that it stays so`
                : `Waiting: ${verdict.reason}`;
        if (line !== this.#told) {
            this.#run.say(line);
            this.#told = line;
        }
    }

    #note({ services: verdicts, states, verdict }: Look, isDone: boolean): void {
        const now = this.#now();
        const { services, times } = describeProgress({ verdicts, states, times: this.#times, now });
        this.#times = times;
        const { stableSince } = this.#stability;
        const wanted = this.#ports.stabilitySeconds;
        const health: DeploymentHealth = {
            deploymentId: this.#run.id,
            stackName: this.#input.stack,
            machine: this.#input.machine,
            services: services.map((service) => ({ ...service })),
            httpCheck: this.#httpCheck(),
            stable: stableSince === undefined ? undefined : { seconds: (now - stableSince) / 1000, wanted },
            ended: isDone || verdict?.verdict === "failed" || now >= this.#limit,
        };
        this.#ports.healths?.note(maskHealth(this.#run, health));
    }

    #httpCheck(): DeploymentHealth["httpCheck"] {
        const last = this.#probe?.last();
        return last && { url: last.url, answer: last.answer, good: last.verdict === "healthy" };
    }

    #now(): number {
        return this.#ports.clock.now().getTime();
    }
}

function unanswered({ path = "" }: HealthCheck): Pick<HealthVerdict, "reason"> {
    return { reason: `${path} does not answer` };
}

function troubledOf(services: readonly ServiceVerdict[]): readonly ContainerState[] {
    return services.flatMap(({ troubled }) => troubled);
}

/** The states of all containers of a stack's services. */
export async function inspectStack(engine: Engine, stack: string): Promise<readonly ContainerState[]> {
    const containers = await engine.listContainers([`${composeLabels.project}=${stack}`]);
    const states = await Promise.all(
        containers
            .filter((container) => isOfService(container.labels))
            .map((container) => engine.inspect(container.id)),
    );
    return states.filter((state) => state !== undefined);
}
