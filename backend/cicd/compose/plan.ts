import type { Preview, ServiceChange } from "../../../common/schema/preview.ts";
import { type ContainerState, type ContainerSummary, isOfService } from "../core/engine.ts";
import { type Conflict, findConflicts, type RemovedContainer } from "./conflicts.ts";
import { findHandovers, type StoppedContainer } from "./port-handover.ts";
import { planService, type ServicePlan } from "./plan-service.ts";
import type { ServiceModel } from "./service-model.ts";

export interface PlanInput {
    /** The Compose project's name: the stack's. */
    readonly project: string;
    readonly model: ServiceModel;
    /** Service → the image id it shall run. */
    readonly imageIds: ReadonlyMap<string, string>;
    /** Service → hash of its model (`serviceHashes`). */
    readonly hashes: Readonly<Record<string, string>>;
    /** The hashes at the last apply; empty where nothing was ever applied. */
    readonly appliedHashes: Readonly<Record<string, string>>;
    /** Compose's own hashes on the containers after the last apply, where they are known. */
    readonly appliedConfigHashes?: Readonly<Record<string, string>> | undefined;
    /** Every container of the project, stopped ones too. */
    readonly containers: readonly ContainerState[];
    /** Every container of the engine; the project's own may be among them. */
    readonly others: readonly ContainerSummary[];
    /** Services of the file that no active profile starts: they are left alone. */
    readonly inactiveServices?: readonly string[] | undefined;
}

export interface Plan {
    /** In dependency order. */
    readonly services: readonly ServicePlan[];
    /** Services gone from the file. */
    readonly removed: readonly RemovedService[];
    /** Containers to remove before anything starts; never with their volumes. */
    readonly removeFirst: readonly RemovedContainer[];
    /** Containers to stop before anything is brought up: they hold a port that another service is given. */
    readonly stopFirst: readonly StoppedContainer[];
    /** What makes applying impossible; nothing may be touched while there is one. */
    readonly conflicts: readonly Conflict[];
}

export interface RemovedService {
    readonly service: string;
    readonly containerIds: readonly string[];
}

/** What applying would do. Looks only at what it is given. */
export function planApply(input: PlanInput): Plan {
    const own = input.containers.filter((container) => isOfService(container.labels));
    const leftovers = own.filter(isLeftover);
    const present = own.filter((container) => !isLeftover(container));
    const services: ServicePlan[] = [];
    for (const service of input.model.services) {
        const containers = present.filter((container) => container.service === service.name);
        services.push(
            planService({
                service,
                containers,
                earlier: services,
                imageId: input.imageIds.get(service.name),
                hash: input.hashes[service.name],
                appliedHash: input.appliedHashes[service.name],
                appliedConfigHash: input.appliedConfigHashes?.[service.name],
            }),
        );
    }
    const { conflicts, removeFirst } = findConflicts(input.project, input.model, input.others);
    const removable = leftovers.map(({ id, name }) => ({ id, name, reason: "left over from an interrupted change" }));
    return {
        services,
        removed: findRemoved(input, present),
        removeFirst: [...removable, ...removeFirst],
        stopFirst: findHandovers(input.project, input.model, services, input.others),
        conflicts,
    };
}

/** Whether applying would change anything at all. */
export function changesNothing(plan: Plan): boolean {
    const idle = plan.services.every((service) => service.action === "none");
    return idle && plan.removed.length === 0 && plan.removeFirst.length === 0;
}

/** A plan as the preview shows it. */
export function previewServices(plan: Plan): Preview["services"] {
    const kept = plan.services.map(({ service, action, reasons, image }): ServiceChange => ({
        service,
        action,
        reasons: [...reasons],
        image,
    }));
    const removed = plan.removed.map(({ service }): ServiceChange => ({
        service,
        action: "remove",
        reasons: ["gone from the compose file"],
    }));
    return [...kept, ...removed];
}

/** An interrupted recreate leaves the replacement under a temporary name. */
function isLeftover(container: ContainerState): boolean {
    return container.status === "created" && /^\/?[0-9a-f]{12}_/.test(container.name);
}

function findRemoved(input: PlanInput, present: readonly ContainerState[]): readonly RemovedService[] {
    const wanted = new Set([...input.model.services.map(({ name }) => name), ...(input.inactiveServices ?? [])]);
    const names = new Set(present.map(({ service }) => service).filter((name) => !wanted.has(name)));
    return [...names].map((service) => ({
        service,
        containerIds: present.filter((container) => container.service === service).map(({ id }) => id),
    }));
}
