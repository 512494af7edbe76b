import { composeLabels, type ContainerSummary } from "../core/engine.ts";
import { holdsPort, type RemovedContainer } from "./conflicts.ts";
import type { ServicePlan } from "./plan-service.ts";
import type { ServiceModel } from "./service-model.ts";

/** A container to stop before anything is brought up. */
export type StoppedContainer = RemovedContainer;

/**
 * Containers that hold a host port which another service of the stack is given before their own turn: two services
 * that swap their ports could not come up one after the other otherwise. All of them are about to be brought up anew.
 */
export function findHandovers(
    project: string,
    model: ServiceModel,
    plans: readonly ServicePlan[],
    containers: readonly ContainerSummary[],
): readonly StoppedContainer[] {
    const running = containers.filter(({ labels, state }) => labels[composeLabels.project] === project && isUp(state));
    const stopped = new Map<string, StoppedContainer>();
    const changing = plans.filter(({ action }) => action !== "none");
    changing.forEach((taker, index) => {
        const later = new Set(changing.slice(index + 1).map(({ service }) => service));
        const ports = model.services.find(({ name }) => name === taker.service)?.publishedPorts ?? [];
        for (const container of running.filter(({ labels }) => later.has(labels[composeLabels.service] ?? ""))) {
            const port = ports.find((wanted) => holdsPort(container, wanted));
            if (port !== undefined && !stopped.has(container.id)) {
                const name = container.name.replace(/^\//, "");
                stopped.set(container.id, {
                    id: container.id,
                    name,
                    reason: `gives port ${port.port} to ${taker.service}`,
                });
            }
        }
    });
    return [...stopped.values()];
}

function isUp(state: string): boolean {
    return state === "running" || state === "restarting" || state === "paused";
}
