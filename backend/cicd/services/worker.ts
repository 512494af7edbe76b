import type { Clock } from "../core/clock.ts";
import type { DeploymentRecord, DeploymentStore } from "../core/deployment.ts";
import type { RunningDeployments } from "./running-deployments.ts";

const leaseSeconds = 30;
const heartbeatMilliseconds = 10_000;

export interface WorkerPorts {
    readonly deployments: DeploymentStore;
    readonly running: RunningDeployments;
    readonly clock: Clock;
    /** This server's name in leases; new at every start. */
    readonly owner: string;
    /** How many deployments run at once over all stacks. */
    readonly concurrency: number;
    /** Runs one deployment to its end. Must not throw. */
    readonly run: (deployment: DeploymentRecord, signal: AbortSignal) => Promise<void>;
    /** An error of the worker's own; the worker goes on. */
    readonly onError: (error: unknown) => void;
}

export interface Worker {
    /** Looks for work now. */
    wake(): void;
    /** Takes rows that a dead server left running, and goes on with them. Call once, before the first `wake`. */
    resume(): Promise<number>;
    /** Takes nothing new and waits until what runs has ended. */
    stop(): Promise<void>;
}

/** Takes deployments from the queue, keeps their leases alive and runs them, at most so many at a time. */
export function createWorker(ports: WorkerPorts): Worker {
    const runs = new Set<Promise<void>>();
    let stopped = false;
    let claiming = false;
    let wanted = false;

    function begin(deployment: DeploymentRecord): void {
        const run: Promise<void> = runLeased(ports, deployment).finally(() => {
            runs.delete(run);
            wake();
        });
        runs.add(run);
    }

    async function claimAll(): Promise<void> {
        while (!stopped && runs.size < ports.concurrency) {
            const next = await ports.deployments.claim(ports.owner, leaseSeconds);
            if (next === undefined) {
                return;
            }
            begin(next);
        }
    }

    function wake(): void {
        wanted = true;
        if (claiming || stopped) {
            return;
        }
        claiming = true;
        wanted = false;
        claimAll()
            .catch(ports.onError)
            .finally(() => {
                claiming = false;
                if (wanted) {
                    wake();
                }
            });
    }

    return {
        wake,
        async resume() {
            const left = await ports.deployments.takeOver(ports.owner, leaseSeconds);
            left.forEach(begin);
            return left.length;
        },
        async stop() {
            stopped = true;
            ports.running.abortAll({ errorCode: "interrupted", message: "The server is shutting down." });
            await Promise.allSettled(runs);
        },
    };
}

async function runLeased(ports: WorkerPorts, deployment: DeploymentRecord): Promise<void> {
    const signal = ports.running.begin(deployment.id);
    const beat = setInterval(() => {
        ports.deployments.heartbeat(deployment.id, ports.owner, leaseSeconds).catch(ports.onError);
    }, heartbeatMilliseconds);
    try {
        await ports.run(deployment, signal);
    } catch (error) {
        ports.onError(error);
    } finally {
        clearInterval(beat);
        ports.running.end(deployment.id);
        await ports.deployments.release(deployment.id, ports.owner).catch(ports.onError);
    }
}
