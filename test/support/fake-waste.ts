import type { EngineContainer, EngineImage, EngineNetwork, EngineWaste } from "../../backend/host/core/engine-waste.ts";

interface Given {
    readonly images?: readonly Partial<EngineImage>[];
    readonly containers?: readonly Partial<EngineContainer>[];
    readonly networks?: readonly Partial<EngineNetwork>[];
    /** What the engine refuses to remove. */
    readonly refused?: readonly string[];
}

/** An engine with things on it; what was removed is written down. */
export function fakeWaste({ images = [], containers = [], networks = [], refused = [] }: Given) {
    const removed: string[] = [];
    const remove = async (name: string): Promise<boolean> => {
        if (refused.includes(name)) {
            return false;
        }
        removed.push(name);
        return true;
    };
    return {
        removed,
        images: async () => images.map((given) => ({ id: "i", tags: [], digests: [], bytes: 10, ...given })),
        containers: async () =>
            containers.map((given) => ({
                ...{ id: "c", imageId: "", image: "", state: "exited", labels: {}, networks: [] },
                ...given,
            })),
        networks: async () =>
            networks.map((given) => ({
                id: given.name ?? "n",
                name: "n",
                createdAt: new Date(0),
                labels: {},
                ...given,
            })),
        removeImage: remove,
        removeContainer: remove,
        removeNetwork: remove,
        pruneVolumes: async () => ({ count: 2, bytes: 100 }),
        pruneBuildCache: async () => 1000,
    } satisfies EngineWaste & { removed: string[] };
}
