import type { LogLine } from "../../../common/schema/log-line.ts";
import type { Clock } from "../core/clock.ts";
import { isTerminal, type DeploymentRecord, type DeploymentStore } from "../core/deployment.ts";
import type { LogStore } from "../core/log-stream.ts";
import { LogFollower } from "./follow-log.ts";
import { findDeployment } from "./list-deployments.ts";

export interface DeploymentLogPorts {
    readonly deployments: Pick<DeploymentStore, "find">;
    readonly logs: LogStore;
    readonly clock: Clock;
}

/** What is followed: lines of one log, until the row that they tell of has ended. */
export interface FollowedLog<Row> {
    readonly logs: Pick<LogStore, "read" | "subscribe">;
    readonly clock: Clock;
    /** The row as it is now. Throws `not_found`. */
    readonly find: () => Promise<Row>;
    readonly hasEnded: (row: Row) => boolean;
}

export interface FollowRequest {
    readonly id: string;
    readonly afterSeq: number;
    readonly signal: AbortSignal;
    /** Gets every line once and in order; the next batch waits for the promise. */
    readonly onLines: (lines: readonly LogLine[]) => void | Promise<void>;
}

const pageSize = 2000;
const lookEveryMs = 250;

/** A whole log in batches, as far as it is written now. */
export async function* readWholeLog(
    ports: { readonly logs: Pick<LogStore, "read"> },
    id: string,
): AsyncGenerator<readonly LogLine[], void> {
    let afterSeq = 0;
    for (;;) {
        const lines = await ports.logs.read(id, { afterSeq, limit: pageSize });
        const last = lines.at(-1);
        if (last === undefined) {
            return;
        }
        yield lines;
        afterSeq = last.seq;
    }
}

/** Hands on a deployment's log until the deployment has ended; see `followLogToEnd`. */
export async function followToEnd(ports: DeploymentLogPorts, request: FollowRequest): Promise<DeploymentRecord> {
    const { logs, clock } = ports;
    const find = () => findDeployment(ports, request.id);
    return followLogToEnd({ logs, clock, find, hasEnded: ({ status }) => isTerminal(status) }, request);
}

/**
 * Hands on a log from a number on, until its row has ended and every line was handed on, or the signal aborts. Answers
 * the row as it was seen last. Throws what finding and reading throw.
 */
export async function followLogToEnd<Row>(log: FollowedLog<Row>, request: FollowRequest): Promise<Row> {
    const { id, afterSeq, signal, onLines } = request;
    const ended = new AbortController();
    const stop = AbortSignal.any([signal, ended.signal]);
    const first = await log.find();
    const follower = new LogFollower({
        logs: log.logs,
        id,
        afterSeq,
        onLines,
        onError: (error) => ended.abort(error),
    });
    try {
        const last = await untilEnd(log, first, stop);
        ended.signal.throwIfAborted();
        if (!signal.aborted) {
            await follower.catchUp();
        }
        return last;
    } finally {
        follower.stop();
    }
}

async function untilEnd<Row>(
    { find, hasEnded, clock }: FollowedLog<Row>,
    first: Row,
    signal: AbortSignal,
): Promise<Row> {
    let row = first;
    while (!hasEnded(row) && !signal.aborted) {
        await clock.sleep(lookEveryMs, signal);
        row = await find();
    }
    return row;
}
