import { type DeploymentStore, isTerminal } from "../../core/deployment.ts";
import type { JobExecutor } from "../../core/job-executor.ts";
import { hasEnded, type PipelineStore } from "../../core/pipeline-run.ts";
import { endRun, type EndRunPorts } from "./end-run.ts";

export interface CloseLeftPorts extends EndRunPorts {
    readonly pipelines: Pick<
        PipelineStore,
        "find" | "listActive" | "update" | "updateJob" | "jobs" | "findOfDeployment"
    >;
    readonly deployments: Pick<DeploymentStore, "find">;
    readonly executor: Pick<JobExecutor, "close" | "listRuns">;
    readonly files: EndRunPorts["files"] & { names(directory: string): Promise<readonly string[]> };
}

/**
 * Run at the start, and again where something could not be removed: ends runs whose deployment has ended without them, and
 * removes what is left of runs that have ended, or that the database does not know. What belongs to active runs stays: it is
 * followed on.
 */
export async function closeLeftRuns(ports: CloseLeftPorts): Promise<void> {
    for (const record of await ports.pipelines.listActive()) {
        const deployment = record.deploymentId && (await ports.deployments.find(record.deploymentId));
        if (!record.runsAlone && (!deployment || isTerminal(deployment.status))) {
            await endRun(ports, record, "Its deployment has ended.");
        }
    }
    const names = await ports.files.names(ports.workspacesDirectory);
    for (const id of await ports.executor.listRuns()) {
        const record = await ports.pipelines.find(id);
        if (record === undefined || hasEnded(record.status)) {
            const name = names.find((one) => one.endsWith(`-${id}`));
            const workspace = name && `${ports.workspacesDirectory}/${name}`;
            await closeOne(ports, id, workspace).catch(ports.onError);
        }
    }
}

/** One that cannot be removed is in the way of no other. */
async function closeOne({ executor, files }: CloseLeftPorts, id: string, workspace: string | undefined): Promise<void> {
    await executor.close(id, workspace);
    if (workspace !== undefined) {
        await files.removeTree(workspace);
    }
}
