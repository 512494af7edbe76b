import type { RepositoryStore } from "../../core/git-repository.ts";
import { hasEnded, type PipelineRecord, type PipelineStore } from "../../core/pipeline-run.ts";
import { closeWorkspace, pipelineWorkspace, type PipelineWorkspacePorts } from "./pipeline-workspace.ts";

export interface ClearRunPorts extends PipelineWorkspacePorts {
    readonly pipelines: Pick<PipelineStore, "updateJob" | "jobs">;
    readonly repositories: Pick<RepositoryStore, "find">;
}

export interface EndRunPorts extends ClearRunPorts {
    readonly pipelines: Pick<PipelineStore, "update" | "updateJob" | "jobs" | "findOfDeployment">;
    readonly announcePipeline: (id: string) => void;
}

/** Removes what is left of a run that nobody works on (any more), and ends its jobs; its own row is left to the caller. */
export async function clearRun(ports: ClearRunPorts, record: PipelineRecord): Promise<void> {
    const repository = await ports.repositories.find(record.repositoryId);
    await closeWorkspace(ports, record, pipelineWorkspace(ports, record), repository);
    const jobs = (await ports.pipelines.jobs([record.id])).get(record.id) ?? [];
    for (const job of jobs.filter(({ status }) => !hasEnded(status))) {
        await ports.pipelines.updateJob(job.id, { status: "cancelled" });
    }
}

/** Ends such a run as `cancelled`. */
export async function endRun(ports: EndRunPorts, record: PipelineRecord, error: string): Promise<void> {
    await clearRun(ports, record);
    await ports.pipelines.update(record.id, { status: "cancelled", error });
    ports.announcePipeline(record.id);
}

/**
 * A deployment has ended: its run ends with it, where it has not. One whose manual job somebody has started since runs by
 * itself, and goes on.
 */
export async function endRunOf(ports: EndRunPorts, deploymentId: string): Promise<void> {
    const record = await ports.pipelines.findOfDeployment(deploymentId);
    if (record !== undefined && !record.runsAlone && !hasEnded(record.status)) {
        await endRun(ports, record, "Its deployment has ended.");
    }
}
