import type { Clock } from "../core/clock.ts";
import type { DeploymentStore } from "../core/deployment.ts";
import type { DiskMeter } from "../core/disk-meter.ts";
import type { Files } from "../core/files.ts";
import { leftWorkspaces } from "../core/left-workspaces.ts";
import type { PipelineStore } from "../core/pipeline-run.ts";
import type { CleanUpTally } from "./clean-up-tally.ts";

export interface CleanWorkspacesPorts {
    readonly deployments: Pick<DeploymentStore, "listActive">;
    readonly pipelines: Pick<PipelineStore, "listActive">;
    readonly files: Pick<Files, "removeTree">;
    readonly meter: DiskMeter;
    readonly clock: Clock;
    readonly workspacesDirectory: string;
}

/** Removes workspaces that something could not remove when it was done. */
export async function cleanWorkspaces(
    ports: CleanWorkspacesPorts,
    tally: CleanUpTally,
    signal: AbortSignal,
): Promise<void> {
    const entries = await ports.meter.entries(ports.workspacesDirectory);
    const active = [...(await ports.deployments.listActive()), ...(await ports.pipelines.listActive())];
    const ids = active.map(({ id }) => id);
    for (const { name } of leftWorkspaces(entries, ids, ports.clock.now())) {
        signal.throwIfAborted();
        const path = `${ports.workspacesDirectory}/${name}`;
        await tally.trying({ part: "workspaces", name }, async () => {
            const bytes = await ports.meter.bytesOf(path, signal);
            await ports.files.removeTree(path);
            tally.removed({ part: "workspaces", name, bytes });
        });
    }
}
