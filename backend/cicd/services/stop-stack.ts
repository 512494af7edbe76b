import type { Engine } from "../core/engine.ts";
import { composeLabels } from "../core/engine.ts";
import type { DeploymentRun } from "./deployment-run.ts";

/** Stops every container of a stack; they stay, with their logs, to be looked at. Volumes are never touched. */
export async function stopStack(engine: Engine, run: DeploymentRun): Promise<void> {
    const containers = await engine.listContainers([`${composeLabels.project}=${run.stack}`]);
    await Promise.all(containers.map((container) => engine.stopContainer(container.id)));
}
