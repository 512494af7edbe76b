import type { JobStatus } from "../../../../common/schema/job-status.ts";
import type { PipelinePlan } from "../../../../common/schema/pipeline-plan.ts";
import type { PipelineJobRun, PipelineRun } from "../../../../common/schema/pipeline-run.ts";
import { durationSeconds } from "../../core/deployment.ts";
import { hasEnded, type JobRecord, type PipelineRecord, type PipelineStore } from "../../core/pipeline-run.ts";
import { progressOf } from "../../pipeline/progress.ts";

export interface ViewPipelinePorts {
    readonly pipelines: Pick<PipelineStore, "jobs">;
}

/** Runs with their jobs, as the outside sees them; in the order in which they are given. */
export async function viewPipelines(
    { pipelines }: ViewPipelinePorts,
    records: readonly PipelineRecord[],
): Promise<PipelineRun[]> {
    const jobs = await pipelines.jobs(records.map(({ id }) => id));
    return records.map((record) => viewPipeline(record, jobs.get(record.id) ?? []));
}

/** One run with its jobs, as the outside sees it. */
export async function viewOnePipeline(ports: ViewPipelinePorts, record: PipelineRecord): Promise<PipelineRun> {
    const jobs = await ports.pipelines.jobs([record.id]);
    return viewPipeline(record, jobs.get(record.id) ?? []);
}

/** What of a run and its jobs the outside sees. */
export function viewPipeline(record: PipelineRecord, jobs: readonly JobRecord[]): PipelineRun {
    const {
        plan,
        retryFrom,
        runsAlone,
        cancelRequestedAt,
        cancelReason,
        attempt,
        leaseOwner,
        leaseExpiresAt,
        ...shown
    } = record;
    const { offered, waiting } = lookAhead(plan, jobs);
    return {
        ...shown,
        waiting: record.status === "running" && waiting,
        duration: durationSeconds(record),
        stages: plan?.stages.map(({ name }) => name) ?? [],
        jobs: jobs.map((job) => viewJob(job, plan, offered.has(job.name) && !isCancelled(record))),
    };
}

/** A run that was ended on purpose offers nothing more: it is repeated instead. */
function isCancelled({ status, cancelRequestedAt }: PipelineRecord): boolean {
    return status === "cancelled" || (cancelRequestedAt !== undefined && !hasEnded(status));
}

function viewJob(record: JobRecord, plan: PipelinePlan | undefined, isOffered: boolean): PipelineJobRun {
    const { position, linesBefore, requestedAt, requestedBy, ...shown } = record;
    const planned = plan?.jobs.find(({ name }) => name === record.name);
    return {
        ...shown,
        when: planned?.when ?? "on_success",
        duration: durationSeconds(record),
        waitsFor: [...(planned?.waitsFor ?? [])],
        canStart: isOffered && requestedAt === undefined,
        startedBy: requestedBy,
    };
}

/** The manual jobs that can be started now, and whether nothing goes on before one of them is. */
function lookAhead(plan: PipelinePlan | undefined, jobs: readonly JobRecord[]) {
    if (plan === undefined) {
        return { offered: new Set<string>(), waiting: false };
    }
    const states: Record<string, JobStatus> = Object.fromEntries(jobs.map(({ name, status }) => [name, status]));
    const { offer, result } = progressOf(plan, states);
    const requested = jobs.some(({ name, requestedAt }) => offer.includes(name) && requestedAt !== undefined);
    return { offered: new Set(offer), waiting: result === "waiting" && !requested };
}
