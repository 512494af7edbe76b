import { AppError } from "../../common/errors.ts";
import type {
    ContainerState,
    ContainerSummary,
    Engine,
    EngineFacts,
    ImageInfo,
} from "../../backend/cicd/core/engine.ts";

export interface FakeEngine extends Engine {
    readonly containers: Map<string, ContainerState>;
    /** Name → image. */
    readonly images: Map<string, ImageInfo>;
    /** What was done to it, such as `stop c1`, in order. */
    readonly done: string[];
    /** The engine does not answer while this is set. */
    isAway: boolean;
    add(...states: readonly ContainerState[]): void;
    addImage(name: string, id: string, digests?: readonly string[]): void;
    /** Called before every look at a container: the place for what happens meanwhile. */
    beforeInspect: () => void;
    /** How pulling goes; by default no image can be pulled. */
    pull: (name: string) => void | Promise<void>;
    /** Name → its digest in its registry. */
    readonly remoteDigests: Map<string, string>;
    /** What it tells of itself. */
    facts: EngineFacts;
    /** Exit code of a user's command in a container. */
    commandExit: number;
    /** What its builder's cache takes. */
    buildCacheBytes: number;
}

/** An engine in memory. */
export function createFakeEngine(): FakeEngine {
    const containers = new Map<string, ContainerState>();
    const images = new Map<string, ImageInfo>();
    const done: string[] = [];
    const answering = (): void => {
        if (engine.isAway) {
            const details = { errorCode: "engine_unavailable" };
            throw new AppError("unavailable", "engine: it does not answer", { details });
        }
    };
    const engine: FakeEngine = {
        containers,
        images,
        done,
        isAway: false,
        beforeInspect: () => undefined,
        commandExit: 0,
        buildCacheBytes: 0,
        remoteDigests: new Map(),
        facts: { insecureRegistries: [], keepsPlatforms: false },
        pull: (name) => {
            const details = { errorCode: "pull_failed" };
            throw new AppError("invalid", `image ${name}: it cannot be pulled (not found)`, { details });
        },
        add: (...states) => states.forEach((state) => containers.set(state.id, state)),
        addImage: (name, id, digests = []) => void images.set(name, { id, tags: [name], digests, sizeBytes: 1 }),
        async ping() {
            answering();
            return { version: "29.0.0" };
        },
        async findImage(name) {
            answering();
            return images.get(name) ?? [...images.values()].find(({ id }) => id === name);
        },
        listImages: async () => [...images.values()],
        async tagImage(source, target) {
            done.push(`tag ${source} ${target}`);
            const found = await engine.findImage(source);
            if (found !== undefined) {
                images.set(target, found);
            }
        },
        async removeImage(name) {
            answering();
            done.push(`remove image ${name}`);
            images.delete(name);
        },
        async pullImage(name, { login }) {
            answering();
            done.push(login === undefined ? `pull ${name}` : `pull ${name} as ${login.username}`);
            await engine.pull(name);
        },
        async findBuildCacheBytes() {
            answering();
            return engine.buildCacheBytes;
        },
        async boundBuildCache(mostBytes) {
            answering();
            done.push(`bound build cache ${mostBytes}`);
            const freed = Math.max(0, engine.buildCacheBytes - mostBytes);
            engine.buildCacheBytes -= freed;
            return freed;
        },
        findRemoteDigest: async (name) => engine.remoteDigests.get(name),
        async describe() {
            answering();
            return engine.facts;
        },
        async listContainers(labels) {
            answering();
            return [...containers.values()]
                .filter((state) => labels.every((label) => hasLabel(state, label)))
                .map(toSummary);
        },
        async findContainer(name) {
            const found = [...containers.values()].find((state) => state.id === name || state.name === name);
            return found && toSummary(found);
        },
        async inspect(id) {
            answering();
            engine.beforeInspect();
            return containers.get(id);
        },
        async stopContainer(id) {
            answering();
            done.push(`stop ${id}`);
        },
        async removeContainer(id) {
            answering();
            done.push(`remove ${id}`);
            containers.delete(id);
        },
        tailLogs: async (id) => [{ stream: "stdout", text: `last words of ${id}` }],
        followLogs: async () => undefined,
        watch: () => undefined,
        async runCommand({ argv, image }) {
            done.push(`run ${image} ${argv.join(" ")}`);
            return engine.commandExit;
        },
    };
    return engine;
}

function hasLabel(state: ContainerState, label: string): boolean {
    const [key = "", value] = label.split("=", 2);
    return value === undefined ? key in state.labels : state.labels[key] === value;
}

function toSummary(state: ContainerState): ContainerSummary {
    const { id, name, labels, status, imageId, ports } = state;
    return { id, name, labels, state: status, imageId, publishedPorts: ports.map(({ hostPort }) => hostPort) };
}
