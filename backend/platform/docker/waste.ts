import type Dockerode from "dockerode";
import { z } from "zod";
import { ContainerListItem, NetworkListItem } from "./answers.ts";
import { call, callUnless } from "./call.ts";
import { statusOf } from "./errors.ts";

const Container = ContainerListItem.extend({
    NetworkSettings: z.object({ Networks: z.record(z.string(), z.unknown()).nullish() }).nullish(),
});
const Network = NetworkListItem.extend({ Created: z.string(), Scope: z.string().default("local") });
const Pruned = z.object({
    VolumesDeleted: z.array(z.string()).nullish(),
    SpaceReclaimed: z.number().default(0),
});

/** Longer than other calls: files are deleted. */
const pruneSeconds = 600;

/** What can be removed from an engine without force. */
export interface DockerWaste {
    containers(): Promise<readonly z.infer<typeof Container>[]>;
    networks(): Promise<readonly z.infer<typeof Network>[]>;
    /** False where the engine refuses. Fine when it is gone. */
    removeImage(name: string): Promise<boolean>;
    removeContainer(id: string): Promise<boolean>;
    removeNetwork(id: string): Promise<boolean>;
    /** Those without a name that no container has. */
    pruneVolumes(): Promise<{ readonly count: number; readonly bytes: number }>;
}

export function dockerWaste(docker: Dockerode): DockerWaste {
    return {
        async containers() {
            const found: unknown = await call((abortSignal) => docker.listContainers({ all: true, abortSignal }));
            return z.array(Container).parse(found);
        },
        async networks() {
            const found: unknown = await call((abortSignal) => docker.listNetworks({ abortSignal }));
            return z.array(Network).parse(found);
        },
        removeImage: (name) => remove([409], (abortSignal) => docker.getImage(name).remove({ abortSignal })),
        removeContainer: (id) =>
            remove([409], (abortSignal) => docker.getContainer(id).remove({ force: false, v: false, abortSignal })),
        removeNetwork: (id) => remove([403, 409], (abortSignal) => docker.getNetwork(id).remove({ abortSignal })),
        async pruneVolumes() {
            const answer: unknown = await call((abortSignal) => docker.pruneVolumes({ abortSignal }), pruneSeconds);
            const { VolumesDeleted, SpaceReclaimed } = Pruned.parse(answer);
            return { count: VolumesDeleted?.length ?? 0, bytes: SpaceReclaimed };
        },
    };
}

async function remove(refusals: readonly number[], make: (signal: AbortSignal) => Promise<unknown>): Promise<boolean> {
    const tried = (signal: AbortSignal): Promise<boolean> =>
        make(signal).then(
            () => true,
            (error: unknown) => {
                if (statusOf(error) === 404) {
                    return true;
                }
                throw error;
            },
        );
    return (await callUnless(refusals, tried, pruneSeconds)) ?? false;
}
