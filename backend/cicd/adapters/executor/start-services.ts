import { setTimeout as sleep } from "node:timers/promises";
import { errorCode } from "../../../../common/errors.ts";
import type { ContainerDetails } from "../../../platform/docker/answers.ts";
import type { ContainerSpec } from "../../../platform/docker/container-spec.ts";
import type { JobCall, JobTask, ServiceTask } from "../../core/job-executor.ts";
import { serviceSpec } from "./job-spec.ts";
import { serviceNetwork, tryLabels } from "./names.ts";
import type { ExecutorPorts } from "./ports.ts";
import { Refusal, refusalOf } from "./refusal.ts";

const lookMilliseconds = 100;
/** So long a service without a health check must have run to count as ready. */
const steadyMilliseconds = 300;
const tailLines = 20;

type Ports = Pick<ExecutorPorts, "docker" | "serverName" | "readySeconds">;

/**
 * Starts the services of a try, all at once, in a network of their own, and waits until all are ready. Throws Refusal
 * where one is not, or not in time.
 */
export async function startServices(
    ports: Ports,
    task: JobTask,
    onNote: JobCall["onNote"],
    signal: AbortSignal,
): Promise<void> {
    const network = serviceNetwork(task);
    await ports.docker.networks.ensure(network, tryLabels(ports.serverName, task, task.name));
    const giveUp = new AbortController();
    const either = AbortSignal.any([signal, giveUp.signal]);
    const starting = task.services.map(async (service, index) => {
        try {
            await startService(ports, { task, service, index, onNote, signal: either });
        } catch (error) {
            giveUp.abort(error);
            throw error;
        }
    });
    // What is still under way must not make containers behind those who clean up.
    await Promise.allSettled(starting);
    await Promise.all(starting);
}

interface Start {
    readonly task: JobTask;
    readonly service: ServiceTask;
    readonly index: number;
    readonly onNote: JobCall["onNote"];
    readonly signal: AbortSignal;
}

async function startService(ports: Ports, start: Start): Promise<void> {
    const { task, service, index, onNote, signal } = start;
    signal.throwIfAborted();
    onNote(`service ${service.name}: starting ${service.image}`);
    let id: string;
    try {
        id = await createAnew(ports, serviceSpec(ports.serverName, task, index, service, ports.readySeconds));
        await ports.docker.runs.start(id);
    } catch (error) {
        throw new Refusal(`service ${service.name}: ${refusalOf(error)}`, { cause: error });
    }
    await untilReady(ports, id, start);
    onNote(`service ${service.name}: ready`);
}

/** One of an earlier start, which did not get as far as the job, is of no use. */
async function createAnew({ docker }: Ports, spec: ContainerSpec): Promise<string> {
    try {
        return await docker.runs.create(spec);
    } catch (error) {
        if (errorCode(error) !== "conflict") {
            throw error;
        }
        await docker.runs.discard(spec.name);
        return docker.runs.create(spec);
    }
}

async function untilReady(ports: Ports, id: string, { service, onNote, signal }: Start): Promise<void> {
    const started = Date.now();
    for (;;) {
        const state = (await ports.docker.containers.inspect(id))?.State;
        const milliseconds = Date.now() - started;
        const trouble = troubleOf(state);
        if (trouble === undefined && isReady(state, milliseconds)) {
            return;
        }
        const failed = trouble ?? lateness(milliseconds, ports.readySeconds);
        if (failed !== undefined) {
            await tellOutput(ports, id, service.name, onNote);
            throw new Refusal(`service ${service.name}: ${failed}; see its last lines in the log`);
        }
        await sleep(lookMilliseconds, undefined, { signal });
    }
}

type State = ContainerDetails["State"] | undefined;

function isReady(state: State, milliseconds: number): boolean {
    const health = state?.Health?.Status ?? "none";
    return health === "healthy" || (health === "none" && milliseconds >= steadyMilliseconds);
}

function troubleOf(state: State): string | undefined {
    if (state?.Status !== "running") {
        return ended(state?.ExitCode);
    }
    return state.Health?.Status === "unhealthy" ? "its health check failed" : undefined;
}

function lateness(milliseconds: number, readySeconds: number): string | undefined {
    return milliseconds > readySeconds * 1000 ? `it was not healthy within ${readySeconds} s` : undefined;
}

function ended(exitCode: number | undefined): string {
    return exitCode === undefined ? "somebody removed it" : `it ended with exit code ${exitCode}`;
}

async function tellOutput({ docker }: Ports, id: string, name: string, onNote: JobCall["onNote"]): Promise<void> {
    for (const { text } of await docker.containers.tailLogs(id, tailLines)) {
        onNote(`service ${name}: ${text}`);
    }
}
