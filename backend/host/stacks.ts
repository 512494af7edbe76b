import { createCombinedLogs, type CombinedLogs } from "./services/combined-logs.ts";
import {
    createContainerServices,
    type ContainerServices,
    type ContainerServicesPorts,
} from "./services/container-services.ts";
import { createLiveStacks, type LiveStacks, type LiveStacksPorts } from "./services/live-stacks.ts";
import { isUnmanaged } from "./services/list-stacks.ts";
import type { ComposePorts } from "./services/run-compose.ts";
import { createStackLock } from "./services/stack-lock.ts";
import { createStackOperations, type StackOperations, type StackOperationsPorts } from "./services/stack-operations.ts";
import { createTerminals, type Terminals } from "./services/terminals.ts";
import { stackStatus } from "../../common/schema/stack.ts";
import type { StackExtension } from "./core/stack-extension.ts";
import type { StackFiles } from "./core/stack-files.ts";
import type { StackLock } from "./core/stack-lock.ts";
import type { ContainerWatch } from "./core/container-watch.ts";

export interface StacksPorts
    extends
        Omit<ComposePorts, "terminals">,
        Omit<LiveStacksPorts, "files" | "onLook">,
        Pick<StackOperationsPorts, "notify" | "findTrouble">,
        Pick<
            ContainerServicesPorts,
            | "findContainers"
            | "readServices"
            | "usage"
            | "digests"
            | "waste"
            | "pause"
            | "onUpdates"
            | "stacksDirectory"
            | "enableConsole"
        > {
    readonly files: StackFiles;
}

/** Everything about stacks, wired together. */
export interface Stacks {
    readonly files: StackFiles;
    readonly watch: ContainerWatch;
    readonly extension: () => StackExtension;
    readonly lock: StackLock;
    readonly live: LiveStacks;
    readonly terminals: Terminals;
    readonly logs: CombinedLogs;
    readonly operations: StackOperations;
    readonly containers: ContainerServices;
}

export function createStacks(ports: StacksPorts): Stacks {
    const { files, watch, extension } = ports;
    const terminals = createTerminals();
    const lock = createStackLock();
    const live = createLiveStacks({ ...ports, onLook: () => logs.revive() });
    const logs = createCombinedLogs({ ...ports, terminals, containersOf: (stack) => live.containersOf(stack) });
    const shared = {
        ...ports,
        terminals,
        lock,
        containersOf: (stack: string) => live.containersOf(stack),
        // The list may not have seen a folder that was made just now.
        isUnmanaged: async (stack: string) =>
            isUnmanaged(live.list(), stack) && (await files.find(stack)) === undefined,
        refresh: () => live.refresh(),
    };
    const operations = createStackOperations({
        ...shared,
        status: (stack) => live.list()[stack]?.status ?? stackStatus.unknown,
    });
    const containers = createContainerServices({ ...shared, update: operations.update });
    return { files, watch, extension, lock, live, terminals, logs, operations, containers };
}
