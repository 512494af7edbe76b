import type { PruneReport, PruneRequest } from "../../../common/schema/prune.ts";
import type { StackUpdate } from "../../../common/schema/image-update.ts";
import type { ContainerUsage } from "../core/container-usage.ts";
import type { EngineWaste } from "../core/engine-waste.ts";
import type { FindProjectContainers } from "../core/project-containers.ts";
import { checkImageUpdates, type ImageUpdatesPorts } from "./image-updates.ts";
import { createPruneEngine } from "./prune-engine.ts";
import { createServiceOperations, type ServiceOperations, type ServiceOperationsPorts } from "./service-operations.ts";
import { createShells, type ShellPorts, type Shells } from "./shells.ts";
import { createStatsFeed, type StatsFeed, type StatsFeedPorts } from "./stats-feed.ts";
import { createStatsTable } from "./stats-table.ts";
import { createUpdateStacks, type UpdateStacks } from "./update-stacks.ts";

export interface ContainerServicesPorts
    extends
        Omit<ServiceOperationsPorts, "hasStopped">,
        Omit<ImageUpdatesPorts, "files">,
        Omit<ShellPorts, "terminals" | "programs" | "extension">,
        Pick<StatsFeedPorts, "pause"> {
    readonly usage: ContainerUsage;
    readonly waste: EngineWaste;
    /** What `updateStack` does. */
    readonly update: (stack: string) => Promise<void>;
    readonly onUpdates: (updates: readonly StackUpdate[]) => void;
}

/** Everything about single services and the engine. */
export interface ContainerServices {
    readonly services: ServiceOperations;
    readonly shells: Shells;
    readonly statsFeed: StatsFeed;
    readonly statsTable: ReturnType<typeof createStatsTable>;
    readonly checkImageUpdates: (stack: string) => ReturnType<typeof checkImageUpdates>;
    readonly updateStacks: UpdateStacks;
    readonly pruneEngine: (request: PruneRequest) => Promise<PruneReport>;
}

export function createContainerServices(ports: ContainerServicesPorts): ContainerServices {
    const now = (): Date => new Date();
    return {
        services: createServiceOperations({ ...ports, hasStopped: (stack) => hasStopped(ports, stack) }),
        shells: createShells(ports),
        statsFeed: createStatsFeed({ ...ports, now }),
        statsTable: createStatsTable(ports.usage),
        checkImageUpdates: (stack) => checkImageUpdates(ports, stack),
        updateStacks: createUpdateStacks({ ...ports, whyNot: (stack) => whyNotUpdated(ports, stack) }),
        pruneEngine: createPruneEngine({ ...ports, now }),
    };
}

/** What runs on other machines counts as running: nobody has asked them. */
async function hasStopped(
    ports: { readonly findContainers: FindProjectContainers } & Pick<ServiceOperationsPorts, "extension">,
    stack: string,
): Promise<boolean> {
    if (ports.extension().elsewhere().has(stack)) {
        return false;
    }
    const containers = await ports.findContainers(stack);
    return containers.every(({ state, oneOff }) => oneOff || !["running", "restarting", "paused"].includes(state));
}

async function whyNotUpdated({ isUnmanaged }: Pick<ServiceOperationsPorts, "isUnmanaged">, stack: string) {
    return (await isUnmanaged(stack)) ? `${stack} has no folder here: there is nothing to update it from.` : undefined;
}
