import Dockerode from "dockerode";
import { clientOptions, type DockerAddress } from "./address.ts";
import { Info, Version } from "./answers.ts";
import { dockerArchives, type DockerArchives } from "./archives.ts";
import { type DockerBuildCache, dockerBuildCache } from "./build-cache.ts";
import { call } from "./call.ts";
import { dockerContainers, type DockerContainers } from "./containers.ts";
import { dockerWaste, type DockerWaste } from "./waste.ts";
import { watchEvents, type WatchOptions } from "./events.ts";
import { dockerImages, type DockerImages } from "./images.ts";
import { dockerJobs, type DockerJobs } from "./job.ts";
import { dockerNetworks, type DockerNetworks } from "./networks.ts";
import { dockerRuns, type DockerRuns } from "./runs.ts";

/**
 * The Docker engine's API, of it what this program uses. Every method throws AppError `unavailable` with details
 * `{ errorCode: "engine_unavailable" }` when the engine does not answer.
 */
export interface DockerClient {
    version(): Promise<string>;
    info(): Promise<Info>;
    /** Whether the engine is reached through a socket of this machine. */
    readonly isLocal: boolean;
    /** That socket. */
    readonly socketPath: string | undefined;
    readonly containers: DockerContainers;
    readonly images: DockerImages;
    readonly archives: DockerArchives;
    readonly buildCache: DockerBuildCache;
    readonly jobs: DockerJobs;
    readonly runs: DockerRuns;
    readonly networks: DockerNetworks;
    readonly waste: DockerWaste;
    /** Follows container events until the signal aborts; reconnects by itself. */
    watch(options: WatchOptions): Promise<void>;
}

/** A client for the engine at an address; connects at the first call. Throws AppError `invalid` for a bad address. */
export function connectDocker(address: DockerAddress): DockerClient {
    const options = clientOptions(address);
    const docker = new Dockerode(options);
    return {
        isLocal: options.socketPath !== undefined,
        socketPath: options.socketPath,
        async info() {
            return Info.parse(await call((): Promise<unknown> => docker.info()));
        },
        async version() {
            const answer: unknown = await call(() => docker.version(), 5);
            return Version.parse(answer).Version;
        },
        containers: dockerContainers(docker),
        images: dockerImages(docker),
        archives: dockerArchives(docker),
        buildCache: dockerBuildCache(docker),
        jobs: dockerJobs(docker),
        runs: dockerRuns(docker),
        networks: dockerNetworks(docker),
        waste: dockerWaste(docker),
        watch: (options) => watchEvents(docker, options),
    };
}
