import type { BuildConfigStore } from "../core/build-config.ts";
import type { RepositoryStore } from "../core/git-repository.ts";
import { createPoller, type PollerPorts } from "./poller.ts";
import { createScheduler, type SchedulerPorts } from "./scheduler.ts";

export type TriggerPorts = PollerPorts & SchedulerPorts;

/** What starts deployments by itself: polling and schedules. */
export interface Triggers {
    start(): void;
    /** Tells that a stack's repository or build configuration was saved or removed. */
    changed(stack: string): void;
    /** Starts nothing new, and waits for the polls that run. */
    stop(): Promise<void>;
}

export function createTriggers(ports: TriggerPorts): Triggers {
    const poller = createPoller(ports);
    const scheduler = createScheduler(ports);
    return {
        start() {
            poller.start();
            scheduler.start();
        },
        changed(stack) {
            poller.changed(stack);
            scheduler.changed();
        },
        async stop() {
            await Promise.all([poller.stop(), scheduler.stop()]);
        },
    };
}

interface Stores {
    readonly repositories: RepositoryStore;
    readonly buildConfigs: BuildConfigStore;
}

/** The same ports, whose stores tell of every stack that is saved or removed, whoever does it. */
export function withChanges<P extends Stores>(ports: P, changed: (stack: string) => void): P {
    const { repositories, buildConfigs } = ports;
    async function telling<T>(stack: string, work: Promise<T>): Promise<T> {
        const result = await work;
        changed(stack);
        return result;
    }
    return {
        ...ports,
        repositories: {
            ...repositories,
            save: (repository) => telling(repository.stackId, repositories.save(repository)),
            delete: (stack) => telling(stack, repositories.delete(stack)),
        },
        buildConfigs: {
            ...buildConfigs,
            save: (config) => telling(config.stackId, buildConfigs.save(config)),
            delete: (stack) => telling(stack, buildConfigs.delete(stack)),
        },
    };
}
