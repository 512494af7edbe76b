import { composeLabels, type ContainerState, ownLabels } from "../core/engine.ts";
import type { ServiceEntry } from "./service-model.ts";

/** What applying does to one service. */
export interface ServicePlan {
    readonly service: string;
    readonly action: "create" | "recreate" | "start" | "none";
    /** Sentences; empty for "none". */
    readonly reasons: readonly string[];
    readonly image: string | undefined;
    /** Compose would see no difference, so it must be told to recreate. */
    readonly force: boolean;
}

export interface ServicePlanInput {
    readonly service: ServiceEntry;
    /** Its containers, leftovers left out. */
    readonly containers: readonly ContainerState[];
    /** The plans of the services that come before it. */
    readonly earlier: readonly ServicePlan[];
    readonly imageId: string | undefined;
    readonly hash: string | undefined;
    readonly appliedHash: string | undefined;
    /** Compose's own hash on its containers after the last apply; undefined where it is not known. */
    readonly appliedConfigHash?: string | undefined;
}

/** Decides what happens to one service, and why. */
export function planService(input: ServicePlanInput): ServicePlan {
    const { service, containers } = input;
    if (containers.length === 0) {
        return service.replicas > 0 ? plan(service, "create", ["not created yet"]) : plan(service, "none", []);
    }
    const differences = findDifferences(input);
    const pulled = [...dependencyReasons(input), ...pausedReasons(containers)];
    if (differences.length > 0 || pulled.length > 0) {
        return { ...plan(service, "recreate", [...differences, ...pulled]), force: differences.length === 0 };
    }
    const idle = idleReasons(service, containers);
    return idle.length > 0 ? plan(service, "start", idle) : plan(service, "none", []);
}

function plan(service: ServiceEntry, action: ServicePlan["action"], reasons: readonly string[]): ServicePlan {
    return { service: service.name, action, reasons, image: service.image, force: false };
}

function findDifferences(input: ServicePlanInput): readonly string[] {
    const { service, containers, imageId } = input;
    const reasons: string[] = [];
    if (imageId !== undefined && containers.some((container) => container.imageId !== imageId)) {
        reasons.push("image changed");
    }
    const filesHash = service.labels[ownLabels.filesHash];
    const known = input.appliedHash !== undefined;
    if (known && containers.some((container) => container.labels[ownLabels.filesHash] !== filesHash)) {
        reasons.push("a mounted file changed");
    }
    if (input.appliedHash !== input.hash) {
        reasons.push(known ? "configuration changed" : "not deployed from git before");
    } else if (wasChangedByHand(input)) {
        reasons.push("changed by hand");
    }
    return reasons;
}

/** The wanted configuration is the one that was applied, but the containers were made with another since. */
function wasChangedByHand({ containers, appliedConfigHash }: ServicePlanInput): boolean {
    return (
        appliedConfigHash !== undefined &&
        containers.some((container) => container.labels[composeLabels.configHash] !== appliedConfigHash)
    );
}

function dependencyReasons(input: ServicePlanInput): readonly string[] {
    const recreated = new Set(
        input.earlier
            .filter(({ action }) => action === "recreate" || action === "create")
            .map(({ service }) => service),
    );
    const shared = input.service.sharesWith.filter((name) => recreated.has(name));
    const restarted = input.service.dependencies
        .filter(({ service, restart }) => restart && recreated.has(service) && !shared.includes(service))
        .map(({ service }) => service);
    return [
        ...shared.map((name) => `uses the network, processes or volumes of ${name}, which is recreated`),
        ...restarted.map((name) => `is to be restarted with ${name}, which is recreated`),
    ];
}

/** A paused container cannot be started: Compose would fail. */
function pausedReasons(containers: readonly ContainerState[]): readonly string[] {
    return containers.some(({ status }) => status === "paused") ? ["is paused"] : [];
}

function idleReasons(service: ServiceEntry, containers: readonly ContainerState[]): readonly string[] {
    if (containers.length !== service.replicas) {
        return [`${containers.length} of ${service.replicas} containers`];
    }
    if (service.oneShot) {
        const failed = containers.find((container) => container.status !== "exited" || container.exitCode !== 0);
        return failed === undefined || isUp(failed) ? [] : ["has not ended well"];
    }
    return containers.every(isUp) ? [] : ["not running"];
}

function isUp(container: ContainerState): boolean {
    return container.status === "running" || container.status === "restarting";
}
