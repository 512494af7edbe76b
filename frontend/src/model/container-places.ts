import type { MachineServices, ServiceContainer } from "../../../common/socket/host-events.ts";

/** A container of a service, or that there is none on a machine. */
export interface ContainerPlace {
    /** Undefined where it is not there. */
    readonly state?: string | undefined;
    /** The machine's name, where it is not this one. */
    readonly machine?: string | undefined;
    /** Where its published ports are reached, where it is not this machine. */
    readonly hostname?: string | undefined;
    /** The container's own name, where the server tells it. */
    readonly name?: string | undefined;
    /** Which replica it is on this machine; 0 is the first. */
    readonly index?: number | undefined;
    /** What it was made of. */
    readonly image?: string | undefined;
}

/** The states of all services of a stack; by machine where it runs on others. */
export interface StackServices {
    readonly states: Readonly<Record<string, readonly string[]>>;
    /** The containers' names in the same order, where the server tells them. */
    readonly names?: Readonly<Record<string, readonly string[]>> | undefined;
    readonly machines?: readonly MachineServices[] | undefined;
    readonly containers?: readonly ServiceContainer[] | undefined;
}

/** Where a service is, and how: one entry per replica on this machine, one per other machine. */
export function containerPlaces(service: string, known: StackServices): readonly ContainerPlace[] {
    if (known.machines === undefined) {
        return placesHere(service, known);
    }
    return known.machines.flatMap(({ name, hostname, services }) =>
        name === undefined && services[service] !== undefined && known.containers !== undefined
            ? placesHere(service, known)
            : [{ state: services[service], machine: name, hostname }],
    );
}

function placesHere(service: string, { states, names, containers }: StackServices): readonly ContainerPlace[] {
    const found = (containers ?? []).filter((container) => container.service === service);
    if (found.length > 0) {
        return found.map(({ name, index, status, image }) => ({ name, index, state: status, image }));
    }
    // Servers that tell no more than that can open a shell in the first replica alone.
    return (states[service] ?? []).map((state, index) => ({
        state,
        name: names?.[service]?.[index],
        index: index === 0 ? 0 : undefined,
    }));
}

/** Whether a container runs, so that a shell can be opened in it. */
export function isUp({ state }: ContainerPlace): boolean {
    return state === "running" || state === "healthy" || state === "unhealthy" || state === "starting";
}
