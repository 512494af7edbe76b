import { setTimeout as sleep } from "node:timers/promises";
import type { DockerClient } from "../platform/docker/client.ts";
import { dockerComposeServices, type ComposeServicesPorts } from "./adapters/docker/compose-services.ts";
import { dockerContainerUsage } from "./adapters/docker/container-usage.ts";
import { dockerEngineWaste } from "./adapters/docker/engine-waste.ts";
import { dockerImageDigests } from "./adapters/docker/image-digests.ts";
import { dockerProjectContainers } from "./adapters/docker/project-containers.ts";

/** What the services for containers ask of the engine, and of the clock. */
export function enginePorts(docker: DockerClient, ports: ComposeServicesPorts) {
    return {
        findContainers: dockerProjectContainers(docker),
        readServices: dockerComposeServices(ports),
        usage: dockerContainerUsage(docker, ports.environment, ports.stopping),
        digests: dockerImageDigests(docker),
        waste: dockerEngineWaste(docker),
        pause: async (milliseconds: number, signal: AbortSignal): Promise<void> =>
            sleep(milliseconds, undefined, { signal }).catch(() => undefined),
    };
}
