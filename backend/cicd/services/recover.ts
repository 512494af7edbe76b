import { errorCode } from "../../../common/errors.ts";
import type { DeploymentStore } from "../core/deployment.ts";
import type { Engine } from "../core/engine.ts";
import { ownLabels } from "../core/engine.ts";
import type { Files } from "../core/files.ts";
import type { PipelineStore } from "../core/pipeline-run.ts";
import type { Worker } from "./worker.ts";

export interface RecoverPorts {
    readonly deployments: DeploymentStore;
    readonly pipelines: Pick<PipelineStore, "listActive">;
    /** Ends and removes what is left of pipelines that nobody goes on with. */
    readonly closeLeftRuns: () => Promise<void>;
    readonly engine: Engine;
    readonly files: Files;
    readonly worker: Worker;
    readonly workspacesDirectory: string;
    readonly onError: (error: unknown) => void;
}

/**
 * Run once at the start: removes what a dead server left (build containers, what is left of pipelines, workspaces of
 * deployments and pipelines that have ended), then goes on with every deployment that it left running, and with the queue. Answers how many went on.
 */
export async function recover(ports: RecoverPorts): Promise<number> {
    // Without an engine there are no containers; the server runs all the same.
    const tell = (error: unknown): void => {
        if (errorCode(error) !== "unavailable") {
            ports.onError(error);
        }
    };
    await removeBuildContainers(ports).catch(tell);
    await ports.closeLeftRuns().catch(tell);
    await removeWorkspaces(ports).catch(ports.onError);
    const resumed = await ports.worker.resume();
    ports.worker.wake();
    return resumed;
}

/** At a start nothing of ours can be building, so every such container is left over. */
async function removeBuildContainers(ports: RecoverPorts): Promise<void> {
    for (const container of await ports.engine.listContainers([ownLabels.deployment])) {
        const deployment = container.labels[ownLabels.deployment];
        // The engine may be shared with another server: only what our own database knows is ours.
        if (deployment !== undefined && (await ports.deployments.find(deployment)) !== undefined) {
            await ports.engine.removeContainer(container.id);
        }
    }
}

async function removeWorkspaces(ports: RecoverPorts): Promise<void> {
    const active = [...(await ports.deployments.listActive()), ...(await ports.pipelines.listActive())];
    for (const name of await ports.files.names(ports.workspacesDirectory)) {
        if (!active.some((row) => name.endsWith(`-${row.id}`))) {
            await ports.files.removeTree(`${ports.workspacesDirectory}/${name}`).catch(ports.onError);
        }
    }
}
