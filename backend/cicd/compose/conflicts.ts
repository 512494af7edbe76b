import { composeLabels, type ContainerSummary } from "../core/engine.ts";
import type { PublishedPort, ServiceEntry, ServiceModel } from "./service-model.ts";

/** Something of somebody else's stands in the way. */
export interface Conflict {
    readonly code: "name_taken" | "port_taken";
    readonly service: string;
    /** Names the holder and the way out. */
    readonly message: string;
}

/** A container to remove before anything starts; never with its volumes. */
export interface RemovedContainer {
    readonly id: string;
    readonly name: string;
    readonly reason: string;
}

export interface Conflicts {
    readonly conflicts: readonly Conflict[];
    readonly removeFirst: readonly RemovedContainer[];
}

/** Looks for containers that hold a fixed name or a host port which a service needs. */
export function findConflicts(project: string, model: ServiceModel, others: readonly ContainerSummary[]): Conflicts {
    const conflicts: Conflict[] = [];
    const removeFirst: RemovedContainer[] = [];
    for (const service of model.services) {
        const holder = others.find((container) => service.containerName === nameOf(container));
        if (holder !== undefined && !isSameService(holder, project, service)) {
            if (isForeign(holder, project)) {
                conflicts.push(nameConflict(service, holder));
            } else {
                removeFirst.push(nameHolder(service, holder));
            }
        }
        const going = new Set(removeFirst.map(({ id }) => id));
        conflicts.push(
            ...portConflicts(
                service,
                project,
                others.filter((container) => !going.has(container.id)),
            ),
        );
    }
    return { conflicts, removeFirst };
}

function isSameService(container: ContainerSummary, project: string, service: ServiceEntry): boolean {
    return projectOf(container) === project && container.labels[composeLabels.service] === service.name;
}

function isForeign(container: ContainerSummary, project: string): boolean {
    const owner = projectOf(container);
    return owner !== undefined && owner !== project;
}

function nameConflict(service: ServiceEntry, holder: ContainerSummary): Conflict {
    const name = service.containerName ?? "";
    const message =
        `${service.name}: the container name ${name} is held by ${describe(holder)}; ` +
        `change container_name, or remove that container`;
    return { code: "name_taken", service: service.name, message };
}

function nameHolder(service: ServiceEntry, holder: ContainerSummary): RemovedContainer {
    const reason = `holds the container name of ${service.name}`;
    return { id: holder.id, name: nameOf(holder), reason };
}

function portConflicts(
    service: ServiceEntry,
    project: string,
    others: readonly ContainerSummary[],
): readonly Conflict[] {
    return service.publishedPorts.flatMap((port) => {
        const holder = others.find((container) => projectOf(container) !== project && holdsPort(container, port));
        return holder === undefined ? [] : [portConflict(service, port, holder)];
    });
}

function portConflict(service: ServiceEntry, port: PublishedPort, holder: ContainerSummary): Conflict {
    const message =
        `${service.name}: port ${port.port} of this machine is published by ${describe(holder)}; ` +
        `choose another port in ports, or stop that container`;
    return { code: "port_taken", service: service.name, message };
}

/** Whether a container publishes a port of this machine, in a way that nobody else can. */
export function holdsPort(container: ContainerSummary, port: PublishedPort): boolean {
    const { bindings } = container;
    if (bindings === undefined) {
        return container.publishedPorts.includes(port.port);
    }
    return bindings.some(
        (binding) =>
            binding.port === port.port &&
            binding.protocol === port.protocol &&
            (isEverywhere(binding.host) || isEverywhere(port.hostIp) || binding.host === port.hostIp),
    );
}

function isEverywhere(host: string): boolean {
    return host === "" || host === "0.0.0.0" || host === "::";
}

function describe(container: ContainerSummary): string {
    const owner = projectOf(container);
    return owner === undefined ? `the container ${nameOf(container)}` : `${nameOf(container)} of the stack ${owner}`;
}

function projectOf(container: ContainerSummary): string | undefined {
    return container.labels[composeLabels.project];
}

function nameOf(container: ContainerSummary): string {
    return container.name.replace(/^\//, "");
}
