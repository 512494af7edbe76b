import type { MachineServices } from "../../../common/socket/host-events.ts";

/** A container of a service, or that there is none on a machine. */
export interface ContainerPlace {
    /** Undefined where it is not there. */
    readonly state?: string | undefined;
    /** The machine's name, where it is not this one. */
    readonly machine?: string | undefined;
    /** Where its published ports are reached, where it is not this machine. */
    readonly hostname?: string | undefined;
}

/** The states of all services of a stack; by machine where it runs on others. */
export interface StackServices {
    readonly states: Readonly<Record<string, readonly string[]>>;
    readonly machines?: readonly MachineServices[] | undefined;
}

/** Where a service is, and how. */
export function containerPlaces(service: string, { states, machines }: StackServices): readonly ContainerPlace[] {
    if (machines === undefined) {
        return (states[service] ?? []).map((state) => ({ state }));
    }
    return machines.map(({ name, hostname, services }) => ({ state: services[service], machine: name, hostname }));
}
