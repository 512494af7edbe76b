import type { Clock } from "../core/clock.ts";
import type { LeasedQueue } from "../core/leased-queue.ts";
import type { RunningDeployments } from "./running-deployments.ts";

const leaseSeconds = 30;
const heartbeatMilliseconds = 10_000;
const retryMilliseconds = 5000;

export interface WorkerPorts<Row extends { readonly id: string }> {
    readonly queue: LeasedQueue<Row>;
    readonly running: RunningDeployments;
    readonly clock: Clock;
    /** This server's name in leases; new at every start. */
    readonly owner: string;
    /** How many rows are worked on at once over all stacks. */
    readonly concurrency: number;
    /** Runs one row to its end. Throws where not even that could be written down; it is tried again later. */
    readonly run: (row: Row, signal: AbortSignal) => Promise<void>;
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

/** Takes rows from a queue, keeps their leases alive and runs them, at most so many at a time. */
export function createWorker<Row extends { readonly id: string }>(ports: WorkerPorts<Row>): Worker {
    const stopping = new AbortController();
    const runs = createRuns(ports, stopping.signal, () => wake());
    const isStopping = (): boolean => stopping.signal.aborted;
    let claims: Promise<void> = Promise.resolve();
    let claiming = false;
    let wanted = false;

    async function claimAll(): Promise<void> {
        while (!isStopping() && runs.count() < ports.concurrency) {
            const next = await ports.queue.claim(ports.owner, leaseSeconds);
            if (next === undefined) {
                return;
            }
            if (isStopping()) {
                await ports.queue.release(next.id, ports.owner);
                return;
            }
            runs.begin(next);
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
            const left = await ports.queue.takeOver(ports.owner, leaseSeconds);
            left.forEach((row) => runs.begin(row));
            return left.length;
        },
        async stop() {
            stopping.abort();
            ports.running.abortAll({ errorCode: "interrupted", message: "The server is shutting down." });
            await Promise.allSettled([claims, runs.ended()]);
        },
    };
}

/** What runs in this process. `onEnd` is called when a run has ended. */
function createRuns<Row extends { readonly id: string }>(
    ports: WorkerPorts<Row>,
    stopping: AbortSignal,
    onEnd: () => void,
) {
    const runs = new Set<Promise<void>>();
    const latest = new Map<string, Promise<void>>();
    return {
        count: () => runs.size,
        ended: () => Promise.allSettled(runs),
        /** A row may be opened again and claimed while its run before is still at its last lines: that one ends first. */
        begin(row: Row): void {
            const before = latest.get(row.id);
            const isLatest = (): boolean => latest.get(row.id) === run;
            const work = (): Promise<void> => runLeased(ports, row, stopping, isLatest);
            const run: Promise<void> = (before === undefined ? work() : before.then(work)).finally(() => {
                runs.delete(run);
                if (isLatest()) {
                    latest.delete(row.id);
                }
                onEnd();
            });
            latest.set(row.id, run);
            runs.add(run);
        },
    };
}

async function runLeased<Row extends { readonly id: string }>(
    ports: WorkerPorts<Row>,
    row: Row,
    stopping: AbortSignal,
    isLatest: () => boolean,
): Promise<void> {
    const { id } = row;
    const signal = ports.running.begin(id);
    const beat = setInterval(() => {
        ports.queue.heartbeat(id, ports.owner, leaseSeconds).catch(ports.onError);
    }, heartbeatMilliseconds);
    try {
        await runToEnd(ports, row, signal, stopping);
    } catch (error) {
        // Its row may still wait: taken again at once it would fail again at once, and so on without end.
        await reportAndWait(ports, error, stopping);
    } finally {
        clearInterval(beat);
        ports.running.end(id);
        // The lease of a later claim is not ours to give back.
        if (isLatest()) {
            await ports.queue.release(id, ports.owner).catch(ports.onError);
        }
    }
}

/** Runs it again for as long as its end cannot be written down. */
async function runToEnd<Row extends { readonly id: string }>(
    ports: WorkerPorts<Row>,
    given: Row,
    signal: AbortSignal,
    stopping: AbortSignal,
): Promise<void> {
    let row: Row | undefined = given;
    while (row !== undefined && !ports.queue.hasEnded(row)) {
        try {
            await heedRequest(ports, row.id);
            await ports.run(row, signal);
            return;
        } catch (error) {
            await reportAndWait(ports, error, stopping);
        }
        row = stopping.aborted ? undefined : await ports.queue.find(given.id);
    }
}

async function reportAndWait(
    ports: Pick<WorkerPorts<never>, "clock" | "onError">,
    error: unknown,
    stopping: AbortSignal,
): Promise<void> {
    ports.onError(error);
    await ports.clock.sleep(retryMilliseconds, stopping);
}

/** A cancel may have come before the run could hear of it: between its claim and now, or before a restart. */
async function heedRequest<Row extends { readonly id: string }>(
    { queue, running }: Pick<WorkerPorts<Row>, "queue" | "running">,
    id: string,
): Promise<void> {
    const row = await queue.find(id);
    const end = row && queue.requestedEnd(row);
    if (end !== undefined) {
        running.abort(id, end);
    }
}
