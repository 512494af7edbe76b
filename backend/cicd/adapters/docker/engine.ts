import type { DockerClient } from "../../../platform/docker/client.ts";
import type { ImageListItem, Info } from "../../../platform/docker/answers.ts";
import type { Engine, EngineFacts, ImageInfo } from "../../core/engine.ts";
import type { FindOwnContainer } from "../../core/own-container.ts";
import { detailsToSummary, toState, toSummary } from "./containers.ts";
import { runCommand } from "./run-command.ts";

/** The engine port over the Docker API. `findOwnContainer` tells where the server itself runs on that engine. */
export function createEngine(docker: DockerClient, findOwnContainer: FindOwnContainer = nowhere): Engine {
    return {
        async ping() {
            return { version: await docker.version() };
        },
        async findImage(name) {
            const image = await docker.images.inspect(name);
            return image === undefined ? undefined : toImage(image);
        },
        async listImages(reference) {
            return (await docker.images.list(reference)).map(toImage);
        },
        tagImage: (source, target) => docker.images.tag(source, target),
        removeImage: (name) => docker.images.remove(name),
        pullImage: (name, options) => docker.images.pull(name, options),
        findRemoteDigest: (name, options) => docker.images.remoteDigest(name, options),
        findBuildCacheBytes: () => docker.buildCache.bytes(),
        boundBuildCache: (mostBytes) => docker.buildCache.bound(mostBytes),
        describe: async () => describe(await docker.info(), docker.isLocal),
        async listContainers(labels) {
            return (await docker.containers.list(labels)).map(toSummary);
        },
        async findContainer(nameOrId) {
            const details = await docker.containers.inspect(nameOrId);
            return details === undefined ? undefined : detailsToSummary(details);
        },
        async inspect(id) {
            const details = await docker.containers.inspect(id);
            return details === undefined ? undefined : toState(details);
        },
        stopContainer: (id, graceSeconds) => docker.containers.stop(id, graceSeconds),
        removeContainer: (id) => docker.containers.remove(id),
        tailLogs: (id, lines) => docker.containers.tailLogs(id, lines),
        followLogs: (id, options) => docker.containers.followLogs(id, options),
        watch({ signal, onEvent, onGap, onAway }) {
            void docker.watch({
                signal,
                onAway,
                onOpen: onGap,
                onEvent: ({ Action, Actor }) =>
                    onEvent({ action: Action, containerId: Actor.ID, labels: Actor.Attributes }),
            });
        },
        runCommand: (command) => runCommand(docker, command, findOwnContainer),
    };
}

function nowhere(): Promise<undefined> {
    return Promise.resolve(undefined);
}

function describe({ DockerRootDir, DriverStatus, RegistryConfig }: Info, isLocal: boolean): EngineFacts {
    const indexes = Object.entries(RegistryConfig?.IndexConfigs ?? {});
    return {
        dataRoot: isLocal ? DockerRootDir : undefined,
        rootDirectory: DockerRootDir,
        insecureRegistries: indexes.filter(([, { Secure }]) => !Secure).map(([host]) => host),
        keepsPlatforms: (DriverStatus ?? []).flat().includes("io.containerd.snapshotter.v1"),
    };
}

function toImage(image: ImageListItem): ImageInfo {
    return {
        id: image.Id,
        // Older engines list an image without a name under this one.
        tags: image.RepoTags.filter((tag) => tag !== "<none>:<none>"),
        digests: image.RepoDigests,
        sizeBytes: image.Size,
        sharedBytes: image.SharedSize,
        createdAt: image.Created,
        user: image.Config?.User,
    };
}
