import { type DeploymentRecord, isTerminal } from "../core/deployment.ts";
import type { DiskMeter } from "../core/disk-meter.ts";
import type { Clock } from "../core/clock.ts";
import type { Files } from "../core/files.ts";
import { replacedToRemove } from "../core/replaced-retention.ts";
import type { ReleaseStore } from "../core/release.ts";
import type { CleanUpTally } from "./clean-up-tally.ts";

export interface CleanReplacedPorts {
    readonly releases: Pick<ReleaseStore, "list">;
    readonly files: Pick<Files, "removeTree" | "remove">;
    readonly meter: DiskMeter;
    readonly clock: Clock;
    readonly replacedDirectory: string;
}

/** Removes old copies of files that deployments of a stack replaced. */
export async function cleanReplaced(
    ports: CleanReplacedPorts,
    tally: CleanUpTally,
    given: {
        readonly stack: string;
        readonly rows: readonly DeploymentRecord[];
        readonly keep: number;
        readonly signal: AbortSignal;
    },
): Promise<void> {
    const { stack, rows, keep, signal } = given;
    const directory = `${ports.replacedDirectory}/${stack}`;
    const entries = (await ports.meter.entries(directory)).filter(({ isDirectory }) => isDirectory);
    const kept = await ports.releases.list(stack);
    const byId = new Map(rows.map((row) => [row.id, row]));
    const all = entries.map(({ name, modifiedAt }) => {
        const row = byId.get(name);
        return {
            deploymentId: name,
            createdAt: row?.createdAt ?? modifiedAt,
            isActive: row !== undefined && !isTerminal(row.status),
            isKept: kept.includes(name),
        };
    });
    for (const { deploymentId } of replacedToRemove(all, keep, ports.clock.now())) {
        signal.throwIfAborted();
        const path = `${directory}/${deploymentId}`;
        const bytes = await ports.meter.bytesOf(path, signal);
        await ports.files.removeTree(path);
        tally.removed({ part: "replaced", name: deploymentId, stack, bytes });
    }
}
