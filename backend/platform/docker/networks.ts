import type Dockerode from "dockerode";
import { z } from "zod";
import { NetworkDetails, NetworkListItem } from "./answers.ts";
import { call, callUnless } from "./call.ts";
import { statusOf } from "./errors.ts";

export interface DockerNetworks {
    /** Makes a network for containers. Fine when there is one of this name. */
    ensure(name: string, labels: Readonly<Record<string, string>>): Promise<void>;
    /** Fine when the container is in it. Throws AppError `not_found` where one of both is missing. */
    connect(name: string, containerId: string, aliases: readonly string[]): Promise<void>;
    /** All networks that carry every one of these labels (`key` or `key=value`). */
    list(labels: readonly string[]): Promise<readonly NetworkListItem[]>;
    /** Takes out who is still in it. Fine when it is gone. */
    remove(nameOrId: string): Promise<void>;
}

export function dockerNetworks(docker: Dockerode): DockerNetworks {
    return {
        async ensure(name, labels) {
            await callUnless([409], (abortSignal) =>
                // Engines before 25 would make a second one of the same name.
                docker.createNetwork({ Name: name, CheckDuplicate: true, Labels: { ...labels }, abortSignal }),
            );
        },
        async connect(name, containerId, aliases) {
            const wanted = { Container: containerId, EndpointConfig: { Aliases: [...aliases] } };
            await callUnless([403], (abortSignal) => {
                const options = { ...wanted, abortSignal };
                return docker.getNetwork(name).connect(options);
            });
        },
        async list(labels) {
            const filters = JSON.stringify({ label: [...labels] });
            const found: unknown = await call((abortSignal) => docker.listNetworks({ filters, abortSignal }));
            return z.array(NetworkListItem).parse(found);
        },
        async remove(nameOrId) {
            const removed = await callUnless([403, 409], (abortSignal) => removeNow(docker, nameOrId, abortSignal));
            if (removed === undefined) {
                await empty(docker, nameOrId);
                await call((abortSignal) => removeNow(docker, nameOrId, abortSignal));
            }
        },
    };
}

async function removeNow(docker: Dockerode, nameOrId: string, abortSignal: AbortSignal): Promise<"removed"> {
    try {
        await docker.getNetwork(nameOrId).remove({ abortSignal });
    } catch (error) {
        if (statusOf(error) !== 404) {
            throw error;
        }
    }
    return "removed";
}

async function empty(docker: Dockerode, nameOrId: string): Promise<void> {
    const network = docker.getNetwork(nameOrId);
    const found: unknown = await callUnless([404], () => network.inspect());
    for (const id of Object.keys(found === undefined ? {} : NetworkDetails.parse(found).Containers)) {
        await callUnless([403, 404, 409], (abortSignal) =>
            network.disconnect({ Container: id, Force: true, abortSignal }),
        );
    }
}
