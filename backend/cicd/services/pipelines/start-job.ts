import { AppError } from "../../../../common/errors.ts";
import type { Caller } from "../../core/host.ts";
import { hasEnded, type PipelineRecord, type PipelineStore } from "../../core/pipeline-run.ts";
import type { RunningPipelines } from "./running-pipelines.ts";
import { requireJob, requirePipeline } from "./list-pipelines.ts";
import { viewOnePipeline } from "./view-pipeline.ts";

export interface StartJobPorts {
    readonly pipelines: Pick<PipelineStore, "find" | "findJob" | "jobs" | "requestJob">;
    /** Tells the run that waits for it in this process. */
    readonly runningPipelines: Pick<RunningPipelines, "changed">;
    /** Wakes the worker of the runs that run alone: a run that had ended waits again. */
    readonly wakePipelines: () => void;
}

/**
 * Starts a manual job, in the run that waits for it, or after that has ended. Throws `not_found`, and `conflict` where it
 * is no manual job, was started before, or what it waits for has not ended well.
 */
export async function startJob(
    ports: StartJobPorts,
    { id, caller }: { readonly id: string; readonly caller: Caller },
): Promise<PipelineRecord> {
    const job = await requireJob(ports, id);
    const record = await requirePipeline(ports, job.pipelineId);
    const view = (await viewOnePipeline(ports, record)).jobs.find((one) => one.id === id);
    if (view === undefined || !view.canStart) {
        throw new AppError("conflict", `job: ${whyNot(record, view)}`);
    }
    if ((await ports.pipelines.requestJob(id, caller.username)) === undefined) {
        throw new AppError("conflict", "job: somebody else has started it meanwhile; look at its pipeline");
    }
    ports.runningPipelines.changed(job.pipelineId);
    ports.wakePipelines();
    return requirePipeline(ports, job.pipelineId);
}

function whyNot(
    record: PipelineRecord,
    view: Awaited<ReturnType<typeof viewOnePipeline>>["jobs"][number] | undefined,
): string {
    if (view?.when !== "manual") {
        return "it is not manual and starts by itself; retry the pipeline to run it again";
    }
    if (view.startedBy !== undefined || view.status === "running") {
        return "it was started already";
    }
    if (view.status !== "pending") {
        return `it has ended (${view.status}); retry the pipeline from it to run it again`;
    }
    return hasEnded(record.status)
        ? "what it needs did not succeed; retry the pipeline instead"
        : "the jobs that it waits for have not ended yet";
}
