import type { Worker } from "./services/worker.ts";

export interface LivingParts {
    readonly elsewhere: { start(): Promise<void>; stop(): void };
    readonly triggers: { start(): void; stop(): Promise<unknown> };
    readonly disk: { start(): void; stop(): Promise<unknown> };
    readonly undone: { stop(): Promise<unknown> };
    readonly stackMachines: { close(): void };
    readonly workers: readonly Pick<Worker, "wake" | "stop">[];
    /** Answers how many deployments go on. */
    readonly recover: () => Promise<number>;
    /** Answers how many go on. */
    readonly resumePipelines: () => Promise<number>;
}

/** How the plugin begins and ends. */
export function createLife({ elsewhere, triggers, disk, undone, stackMachines, workers, ...parts }: LivingParts) {
    return {
        /** Cleans up after a crash, and goes on with what it left. Answers how many deployments and pipelines go on. */
        async start() {
            await elsewhere.start();
            const resumed = (await parts.recover()) + (await parts.resumePipelines());
            workers.forEach((worker) => worker.wake());
            triggers.start();
            disk.start();
            return resumed;
        },
        /** Takes nothing new, and waits for what runs to come to a point where it can be continued. */
        async stop() {
            const stopping = [triggers, undone, disk, ...workers].map((part) => part.stop());
            await Promise.all(stopping);
            elsewhere.stop();
            stackMachines.close();
        },
    };
}
