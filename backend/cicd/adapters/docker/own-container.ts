import { readFile } from "node:fs/promises";
import { hostname } from "node:os";
import type { ContainerDetails } from "../../../platform/docker/answers.ts";
import type { DockerContainers } from "../../../platform/docker/containers.ts";
import { composeLabels } from "../../core/engine.ts";
import type { FindOwnContainer, OwnContainer } from "../../core/own-container.ts";

/** What a process can learn of its container by itself. */
interface Traces {
    /** /proc/self/cgroup */
    readonly controlGroups: string;
    /** /proc/self/mountinfo */
    readonly mounts: string;
    readonly hostname: string;
}

/** Looks for the server's own container; asks the engine once, and not at all where nothing speaks for a container. */
export function createFindOwnContainer(
    docker: { readonly containers: Pick<DockerContainers, "inspect"> },
    readTraces: () => Promise<Traces> = readOwnTraces,
): FindOwnContainer {
    let known: { readonly own: OwnContainer | undefined } | undefined;

    async function find(): Promise<OwnContainer | undefined> {
        for (const id of containerIds(await readTraces())) {
            const details = await docker.containers.inspect(id);
            if (details?.Id.startsWith(id) === true) {
                return toOwnContainer(details);
            }
        }
        return undefined;
    }

    return async () => {
        known ??= { own: await find() };
        return known.own;
    };
}

/** The ids that this process' container may have, the surest first. */
export function containerIds({ controlGroups, mounts, hostname }: Traces): readonly string[] {
    const ids = [
        ...[...controlGroups.matchAll(/[/-]([0-9a-f]{64})(?:\.scope)?$/gm)].map(([, id = ""]) => id),
        ...[...mounts.matchAll(/\/containers\/([0-9a-f]{64})\/\S+ \/etc\/(?:hostname|hosts|resolv\.conf) /g)].map(
            ([, id = ""]) => id,
        ),
        ...(/^[0-9a-f]{12}$/.test(hostname) ? [hostname] : []),
    ];
    return [...new Set(ids)];
}

function toOwnContainer({ Id, Image, Config, HostConfig, Mounts, NetworkSettings }: ContainerDetails): OwnContainer {
    const networks = Object.values(NetworkSettings.Networks);
    return {
        id: Id,
        imageId: Image,
        stack: Config.Labels[composeLabels.project] || undefined,
        hasHostNetwork: HostConfig.NetworkMode === "host",
        gateways: networks.map(({ Gateway }) => Gateway).filter((gateway) => gateway !== ""),
        mounts: Mounts.filter(({ Source }) => Source.startsWith("/")).map(({ Source, Destination }) => ({
            source: withoutDesktop(Source),
            target: withoutSlash(Destination),
        })),
    };
}

/** Docker Desktop's virtual machine sees the user's folders below one of its own, and adds that to paths it is given. */
function withoutDesktop(source: string): string {
    return withoutSlash(source.replace(/^(?:\/run\/desktop\/mnt\/host|\/host_mnt)(?=\/)/, ""));
}

function withoutSlash(path: string): string {
    return path.length > 1 ? path.replace(/\/$/, "") : path;
}

async function readOwnTraces(): Promise<Traces> {
    // Only Linux has them.
    const read = (file: string): Promise<string> => readFile(file, "utf8").catch(() => "");
    return {
        controlGroups: await read("/proc/self/cgroup"),
        mounts: await read("/proc/self/mountinfo"),
        hostname: hostname(),
    };
}
