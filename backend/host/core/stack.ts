import { stackStatus } from "../../../common/schema/stack.ts";

/** A container of a compose project. */
export interface StackContainer {
    readonly project: string;
    readonly service: string;
    /** created, running, paused, restarting, removing, exited or dead. */
    readonly state: string;
    /** healthy, unhealthy or starting; undefined without a health check. */
    readonly health?: string | undefined;
    /** Only of an exited container. */
    readonly exitCode?: number | undefined;
    /** Made by `docker compose run`: no part of the stack's state. */
    readonly oneOff: boolean;
    readonly name?: string | undefined;
    readonly image?: string | undefined;
    /** Which replica of its service it is, from 1 on. */
    readonly replica?: number | undefined;
}

/** A stack's folder. */
export interface StackFolder {
    readonly name: string;
    /** The compose file in it; undefined where there is none (yet). */
    readonly composeFileName?: string | undefined;
}

/** The names that Compose looks for, in Dockge's order. */
export const composeFileNames = ["compose.yaml", "docker-compose.yaml", "docker-compose.yml", "compose.yml"] as const;

/** The one that a new stack gets. */
export const defaultComposeFileName = composeFileNames[0];

/**
 * A stack's status as Dockge reads it from `docker compose ls`: created first, then exited, then running; other
 * mixtures are unknown. A container that has ended well does not count while others run: it was a one-shot.
 */
export function statusOf(containers: readonly StackContainer[]): number {
    const lasting = containers.filter((container) => !container.oneOff);
    const anyRuns = lasting.some((container) => container.state === "running");
    const counted = lasting.filter((container) => !(anyRuns && hasEndedWell(container)));
    const states = new Set(counted.map((container) => container.state));
    if (states.size === 0) {
        return stackStatus.createdFile;
    }
    if (states.has("created")) {
        return stackStatus.createdStack;
    }
    if (states.has("exited")) {
        return stackStatus.exited;
    }
    return states.size === 1 && anyRuns ? stackStatus.running : stackStatus.unknown;
}

function hasEndedWell({ state, exitCode }: StackContainer): boolean {
    return state === "exited" && exitCode === 0;
}

/** Service → health, or state without a health check. Of several replicas the one in the worst state speaks. */
export function serviceStatuses(containers: readonly StackContainer[]): Readonly<Record<string, string>> {
    const statuses: Record<string, string> = {};
    for (const container of containers) {
        const { service, oneOff } = container;
        const status = containerStatus(container);
        const known = statuses[service];
        if (!oneOff && (known === undefined || isGood(known))) {
            statuses[service] = status;
        }
    }
    return statuses;
}

/** Health, or state without a health check. */
export function containerStatus({ health, state }: StackContainer): string {
    return state === "running" && health !== undefined ? health : state;
}

function isGood(status: string): boolean {
    return status === "running" || status === "healthy";
}
