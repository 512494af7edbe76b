import type { Knex } from "knex";
import { z } from "zod";
import { TriggerType } from "../../../../common/schema/deployment.ts";
import { JobStatus } from "../../../../common/schema/job-status.ts";
import { PipelinePlan } from "../../../../common/schema/pipeline-plan.ts";
import { JobArtifacts, JobFailureReason, PipelineStatus } from "../../../../common/schema/pipeline-run.ts";
import { randomId } from "../../../platform/crypto/random-id.ts";
import { flag, json } from "../../../platform/sqlite/columns.ts";
import type { Database } from "../../../platform/sqlite/database.ts";
import { openTable, type Row, type Table } from "../../../platform/sqlite/table.ts";
import type { JobRecord, NewJob, NewPipeline, PipelineRecord } from "../../core/pipeline-run.ts";

export const pipelinesTable = "pipelines";
export const jobsTable = "jobs";

/** The statuses of a run that waits or runs. */
export const activeRuns = ["pending", "running"] as const satisfies readonly PipelineStatus[];

const text = z.string().optional();

const pipelineColumns = z.object({
    id: z.string(),
    stackId: z.string(),
    repositoryId: z.string(),
    deploymentId: text,
    commitSha: z.string(),
    commitMessage: text,
    commitAuthor: text,
    branch: z.string(),
    tag: text,
    status: PipelineStatus,
    plan: json(PipelinePlan).optional(),
    error: text,
    triggeredBy: TriggerType,
    triggeredByUser: text,
    retryOf: text,
    retryFrom: text,
    runsAlone: flag,
    createdAt: z.string(),
    startedAt: text,
    completedAt: text,
    cancelRequestedAt: text,
    cancelReason: text,
    attempt: z.int(),
    leaseOwner: text,
    leaseExpiresAt: text,
});

const jobColumns = z.object({
    id: z.string(),
    pipelineId: z.string(),
    position: z.int(),
    stage: z.string(),
    name: z.string(),
    image: z.string(),
    status: JobStatus,
    allowFailure: flag,
    exitCode: z.int().optional(),
    reason: JobFailureReason.optional(),
    error: text,
    startedAt: text,
    completedAt: text,
    attempt: z.int(),
    linesBefore: z.int(),
    requestedAt: text,
    requestedBy: text,
    reusedFrom: text,
    artifacts: json(JobArtifacts).optional(),
});

/** Both tables of runs, with the rows that go into them. */
export interface PipelineTables {
    readonly knex: Knex;
    readonly pipelines: Table<PipelineRecord>;
    readonly jobs: Table<JobRecord>;
    /** When artifacts end has a column of its own, to be found by. */
    jobRow(job: Partial<JobRecord>): Row;
}

export function openPipelineTables(database: Database): PipelineTables {
    const jobs: Table<JobRecord> = openTable(database, jobsTable, jobColumns);
    return {
        knex: database.knex,
        pipelines: openTable(database, pipelinesTable, pipelineColumns),
        jobs,
        jobRow(job) {
            const ends = "artifacts" in job ? { artifacts_expire_at: job.artifacts?.expiresAt ?? null } : {};
            return { ...jobs.toRow(job), ...ends };
        },
    };
}

/** The record of a new run. */
export function newPipelineRecord(given: NewPipeline, now: string): PipelineRecord {
    return { ...given, id: randomId(), status: "pending", createdAt: now, attempt: 0 };
}

/** The records of a run's jobs. */
export function newJobRecords(pipelineId: string, jobs: readonly NewJob[]): readonly JobRecord[] {
    return jobs.map((job, position) => ({
        attempt: 0,
        ...job,
        id: randomId(),
        pipelineId,
        position,
        linesBefore: 0,
    }));
}

/** Whatever knex answered, row by row. */
export function rowsOf<T>(answer: unknown, read: (row: unknown) => T): readonly T[] {
    return z.array(z.unknown()).parse(answer).map(read);
}
