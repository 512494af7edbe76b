import { setTimeout as sleep } from "node:timers/promises";
import { errorCode } from "../../../../common/errors.ts";
import type { ContainerSpec } from "../../../platform/docker/container-spec.ts";
import type { ExecutorPorts } from "./ports.ts";

const looks = 100;
const lookMilliseconds = 100;

export interface Created {
    readonly id: string;
    /** Somebody else has started it meanwhile. */
    readonly isStarted: boolean;
}

/** Makes the container of its name. One that is there and does not get started is of an earlier server, and gives way. */
export async function createOnce({ docker }: Pick<ExecutorPorts, "docker">, spec: ContainerSpec): Promise<Created> {
    try {
        return { id: await docker.runs.create(spec), isStarted: false };
    } catch (error) {
        if (errorCode(error) !== "conflict") {
            throw error;
        }
    }
    const id = await findStarted({ docker }, spec.name, looks);
    if (id !== undefined) {
        return { id, isStarted: true };
    }
    await docker.runs.discard(spec.name);
    return { id: await docker.runs.create(spec), isStarted: false };
}

/** The container of this name, where it runs or has ended; looks so often for one that may be about to start. */
export async function findStarted(
    { docker }: Pick<ExecutorPorts, "docker">,
    name: string,
    times = 1,
): Promise<string | undefined> {
    for (let look = 1; look <= times; look += 1) {
        // While the engine makes it, its name is taken already and nothing is found by it.
        const found = await docker.containers.inspect(name);
        if (found !== undefined && found.State.Status !== "created") {
            return found.Id;
        }
        if (look < times) {
            await sleep(lookMilliseconds);
        }
    }
    return undefined;
}
