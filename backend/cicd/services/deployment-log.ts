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

export interface FollowRequest {
    readonly id: string;
    readonly afterSeq: number;
    readonly signal: AbortSignal;
    /** Gets every line once and in order; the next batch waits for the promise. */
    readonly onLines: (lines: readonly LogLine[]) => void | Promise<void>;
}

const pageSize = 2000;
const lookEveryMs = 250;

/** A deployment's whole log in batches, as far as it is written now. */
export async function* readWholeLog(ports: DeploymentLogPorts, id: string): AsyncGenerator<readonly LogLine[], void> {
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

/**
 * Hands on a deployment's log from a number on, until the deployment has ended and every line was handed on, or the
 * signal aborts. Answers the deployment as it was seen last. Throws `not_found`, and what reading throws.
 */
export async function followToEnd(ports: DeploymentLogPorts, request: FollowRequest): Promise<DeploymentRecord> {
    const { id, afterSeq, signal, onLines } = request;
    const ended = new AbortController();
    const stop = AbortSignal.any([signal, ended.signal]);
    const first = await findDeployment(ports, id);
    const follower = new LogFollower({
        logs: ports.logs,
        id,
        afterSeq,
        onLines,
        onError: (error) => ended.abort(error),
    });
    try {
        const last = await untilTerminal(ports, first, stop);
        ended.signal.throwIfAborted();
        if (!signal.aborted) {
            await follower.catchUp();
        }
        return last;
    } finally {
        follower.stop();
    }
}

async function untilTerminal(
    ports: DeploymentLogPorts,
    first: DeploymentRecord,
    signal: AbortSignal,
): Promise<DeploymentRecord> {
    let record = first;
    while (!isTerminal(record.status) && !signal.aborted) {
        await ports.clock.sleep(lookEveryMs, signal);
        record = await findDeployment(ports, record.id);
    }
    return record;
}
