import type { Clock } from "../core/clock.ts";
import { type DeploymentRecord, type DeploymentStore, isTerminal } from "../core/deployment.ts";
import { requestedEnd } from "./requested-end.ts";
import type { RunningDeployments } from "./running-deployments.ts";

const leaseSeconds = 30;
const heartbeatMilliseconds = 10_000;
const retryMilliseconds = 5000;

export interface WorkerPorts {
    readonly deployments: DeploymentStore;
    readonly running: RunningDeployments;
    readonly clock: Clock;
    /** This server's name in leases; new at every start. */
    readonly owner: string;
    /** How many deployments run at once over all stacks. */
    readonly concurrency: number;
    /** Runs one deployment to its end. Throws where not even that could be written down; it is tried again later. */
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
    const stopping = new AbortController();
    const isStopping = (): boolean => stopping.signal.aborted;
    let claims: Promise<void> = Promise.resolve();
    let claiming = false;
    let wanted = false;

    function begin(deployment: DeploymentRecord): void {
        const run: Promise<void> = runLeased(ports, deployment, stopping.signal).finally(() => {
            runs.delete(run);
            wake();
        });
        runs.add(run);
    }

    async function claimAll(): Promise<void> {
        while (!isStopping() && runs.size < ports.concurrency) {
            const next = await ports.deployments.claim(ports.owner, leaseSeconds);
            if (next === undefined) {
                return;
            }
            if (isStopping()) {
                await ports.deployments.release(next.id, ports.owner);
                return;
            }
            begin(next);
        }
    }

    function wake(): void {
        wanted = true;
        if (claiming || isStopping()) {
            return;
        }
        claiming = true;
        wanted = false;
        claims = claimAll()
            .catch(async (error: unknown) => {
                // Nobody may come to wake us when the queue can be read again.
                await reportAndWait(ports, error, stopping.signal);
                wanted = true;
            })
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
            stopping.abort();
            ports.running.abortAll({ errorCode: "interrupted", message: "The server is shutting down." });
            await Promise.allSettled([claims, ...runs]);
        },
    };
}

async function runLeased(ports: WorkerPorts, deployment: DeploymentRecord, stopping: AbortSignal): Promise<void> {
    const signal = ports.running.begin(deployment.id);
    const beat = setInterval(() => {
        ports.deployments.heartbeat(deployment.id, ports.owner, leaseSeconds).catch(ports.onError);
    }, heartbeatMilliseconds);
    try {
        await runToEnd(ports, deployment, signal, stopping);
    } catch (error) {
        // Its row may still wait: taken again at once it would fail again at once, and so on without end.
        await reportAndWait(ports, error, stopping);
    } finally {
        clearInterval(beat);
        ports.running.end(deployment.id);
        await ports.deployments.release(deployment.id, ports.owner).catch(ports.onError);
    }
}

/** Runs it again for as long as its end cannot be written down. */
async function runToEnd(
    ports: WorkerPorts,
    deployment: DeploymentRecord,
    signal: AbortSignal,
    stopping: AbortSignal,
): Promise<void> {
    let row: DeploymentRecord | undefined = deployment;
    while (row !== undefined && !isTerminal(row.status)) {
        try {
            await heedRequest(ports, row.id);
            await ports.run(row, signal);
            return;
        } catch (error) {
            await reportAndWait(ports, error, stopping);
        }
        row = stopping.aborted ? undefined : await ports.deployments.find(row.id);
    }
}

async function reportAndWait(ports: WorkerPorts, error: unknown, stopping: AbortSignal): Promise<void> {
    ports.onError(error);
    await ports.clock.sleep(retryMilliseconds, stopping);
}

/** A cancel may have come before the run could hear of it: between its claim and now, or before a restart. */
async function heedRequest(ports: WorkerPorts, id: string): Promise<void> {
    const row = await ports.deployments.find(id);
    const end = row && requestedEnd(row);
    if (end !== undefined) {
        ports.running.abort(id, end);
    }
}
