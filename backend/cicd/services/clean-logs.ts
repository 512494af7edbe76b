import type { DeploymentRecord } from "../core/deployment.ts";
import { isTerminal } from "../core/deployment.ts";
import type { Clock } from "../core/clock.ts";
import type { DiskMeter } from "../core/disk-meter.ts";
import { type LogRules, logsToRemove } from "../core/log-retention.ts";
import type { LogStore } from "../core/log-stream.ts";
import type { CleanUpTally } from "./clean-up-tally.ts";

export interface CleanLogsPorts {
    readonly logs: Pick<LogStore, "remove">;
    readonly meter: DiskMeter;
    readonly clock: Clock;
    readonly logsDirectory: string;
    readonly logRules?: LogRules | undefined;
}

const suffix = ".jsonl";

/** Removes the logs of old deployments; the rows keep their tails. A log without a row is left. */
export async function cleanLogs(
    ports: CleanLogsPorts,
    tally: CleanUpTally,
    histories: ReadonlyMap<string, readonly DeploymentRecord[]>,
    signal: AbortSignal,
): Promise<void> {
    const sizes = new Map(
        (await ports.meter.entries(ports.logsDirectory))
            .filter(({ name, isDirectory }) => !isDirectory && name.endsWith(suffix))
            .map(({ name, bytes }) => [name.slice(0, -suffix.length), bytes]),
    );
    const logs = [...histories].flatMap(([stack, rows]) => {
        const live = rows.find(({ status }) => status === "successful");
        return rows.flatMap((row) => {
            const bytes = sizes.get(row.id);
            const isNeeded = !isTerminal(row.status) || row === live;
            return bytes === undefined ? [] : [{ id: row.id, stack, createdAt: row.createdAt, bytes, isNeeded }];
        });
    });
    for (const { id, stack, bytes } of logsToRemove(logs, ports.clock.now(), ports.logRules)) {
        signal.throwIfAborted();
        await ports.logs.remove(id);
        tally.removed({ part: "logs", name: id, stack, bytes });
    }
}
