import { AppError } from "../../../../common/errors.ts";
import type { Caller } from "../../core/host.ts";
import { hasEnded, type PipelineRecord, type PipelineStore } from "../../core/pipeline-run.ts";
import type { RunningDeployments } from "../running-deployments.ts";
import { requirePipeline } from "./list-pipelines.ts";

export interface CancelPipelinePorts {
    readonly pipelines: Pick<PipelineStore, "find" | "update" | "requestCancel" | "jobs" | "updateJob">;
    /** The runs that run alone in this process. */
    readonly runningPipelines: Pick<RunningDeployments, "abort">;
    cancelDeployment(call: { readonly id: string; readonly caller: Caller }): Promise<unknown>;
}

/**
 * Cancels a run: one that waits ends at once, of one that runs the jobs are stopped. What runs for a deployment is
 * cancelled with it. Throws `not_found`, and `conflict` where it has already ended.
 */
export async function cancelPipeline(
    ports: CancelPipelinePorts,
    { id, caller }: { readonly id: string; readonly caller: Caller },
): Promise<PipelineRecord> {
    const record = await requirePipeline(ports, id);
    if (hasEnded(record.status)) {
        throw new AppError("conflict", `pipeline: it has already ended (${record.status}); nothing to cancel`);
    }
    if (record.deploymentId !== undefined && !record.runsAlone) {
        await ports.cancelDeployment({ id: record.deploymentId, caller });
        return (await ports.pipelines.find(id)) ?? record;
    }
    const message = `Cancelled by ${caller.username}.`;
    await ports.pipelines.requestCancel(id, message);
    ports.runningPipelines.abort(id, { errorCode: "cancelled", message });
    const asked = await requirePipeline(ports, id);
    // One that carries a lease has been claimed: its worker sees the request and ends it itself.
    const isWaiting = asked.status === "pending" && asked.leaseOwner === undefined;
    return isWaiting ? endWaiting(ports, asked, message) : asked;
}

async function endWaiting(ports: CancelPipelinePorts, record: PipelineRecord, error: string): Promise<PipelineRecord> {
    const jobs = (await ports.pipelines.jobs([record.id])).get(record.id) ?? [];
    for (const job of jobs.filter(({ status }) => !hasEnded(status))) {
        await ports.pipelines.updateJob(job.id, { status: "cancelled" });
    }
    return (await ports.pipelines.update(record.id, { status: "cancelled", error })) ?? record;
}
