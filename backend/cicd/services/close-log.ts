import type { DeploymentStore } from "../core/deployment.ts";
import type { LogStore } from "../core/log-stream.ts";
import type { DeploymentRun } from "./deployment-run.ts";

const tailBytes = 64 * 1024;

/** Ends a run's log; the bounded tails of it stand in the row, as seed A's `buildLogs` and `deploymentLogs`. */
export async function closeLog(
    ports: { readonly logs: LogStore; readonly deployments: DeploymentStore },
    run: DeploymentRun,
): Promise<void> {
    await run.log.close();
    const buildLogs = await ports.logs.tail(run.id, ["fetching", "pipeline", "building", "publishing"], tailBytes);
    const deploymentLogs = await ports.logs.tail(
        run.id,
        ["approval", "previewing", "applying", "verifying", "rolling_back"],
        tailBytes,
    );
    await ports.deployments.update(run.id, run.record.status, { buildLogs, deploymentLogs });
}
