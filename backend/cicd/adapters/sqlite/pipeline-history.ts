import type { Knex } from "knex";
import { z } from "zod";
import { PipelineStatus } from "../../../../common/schema/pipeline-run.ts";
import { orUnavailable } from "../../../platform/sqlite/failure.ts";
import type { KeptRun, PipelineStore } from "../../core/pipeline-run.ts";
import { deploymentsTable } from "./deployment-row.ts";
import { activeRuns, jobsTable, pipelinesTable, type PipelineTables, rowsOf } from "./pipeline-row.ts";

const keptColumns = [
    `${pipelinesTable}.id`,
    "stack_id",
    "created_at",
    `${pipelinesTable}.status`,
    `${jobsTable}.id as job_id`,
    "reused_from",
    "artifacts is not null as has_artifacts",
];
const KeptRow = z.object({
    id: z.string(),
    stack_id: z.string(),
    created_at: z.string(),
    status: PipelineStatus,
    job_id: z.string().nullable(),
    reused_from: z.string().nullable(),
    has_artifacts: z.int(),
});

/** What of runs that have ended is no longer kept. */
export function createPipelineHistory({
    knex,
    jobs,
}: PipelineTables): Pick<PipelineStore, "prune" | "listExpired" | "listKept"> {
    return {
        async prune(stackId, keep) {
            const pruning = knex.transaction(async (transaction) => {
                const beyond = (): Knex.QueryBuilder => endedBeyond(transaction, stackId, keep);
                const ofThem = (): Knex.QueryBuilder =>
                    transaction(jobsTable).whereIn("pipeline_id", beyond().select("id"));
                const removed: unknown = await ofThem();
                await ofThem().delete();
                await transaction(deploymentsTable)
                    .whereIn("pipeline_id", beyond().select("id"))
                    .update({ pipeline_id: null });
                await beyond().delete();
                return removed;
            });
            return rowsOf(await orUnavailable(pruning), jobs.fromRow);
        },
        listExpired: (now) => jobs.list("artifacts_expire_at <= ? order by artifacts_expire_at", [now]),
        async listKept(stackId) {
            const all = knex(pipelinesTable)
                .leftJoin(jobsTable, `${jobsTable}.pipeline_id`, `${pipelinesTable}.id`)
                .orderBy([{ column: `${pipelinesTable}.seq`, order: "desc" }, { column: `${jobsTable}.position` }])
                .select(keptColumns.map((column) => knex.raw(column)));
            const rows: unknown = await orUnavailable(stackId === undefined ? all : all.where({ stack_id: stackId }));
            return keptRuns(rowsOf(rows, (row) => KeptRow.parse(row)));
        },
    };
}

function endedBeyond(transaction: Knex.Transaction, stackId: string, keep: number): Knex.QueryBuilder {
    const firstBeyond = transaction(pipelinesTable)
        .where({ stack_id: stackId })
        .orderBy("seq", "desc")
        .offset(keep)
        .limit(1)
        .select("seq");
    return transaction(pipelinesTable)
        .where({ stack_id: stackId })
        .whereNotIn("status", activeRuns)
        .where("seq", "<=", firstBeyond);
}

function keptRuns(rows: readonly z.infer<typeof KeptRow>[]): readonly KeptRun[] {
    const jobs = new Map<string, KeptRun["jobs"][number][]>();
    const runs: KeptRun[] = [];
    for (const { id, stack_id: stackId, created_at: createdAt, status, ...job } of rows) {
        const own = jobs.get(id) ?? [];
        if (!jobs.has(id)) {
            jobs.set(id, own);
            runs.push({ id, stackId, createdAt, status, jobs: own });
        }
        if (job.job_id !== null) {
            const reusedFrom = job.reused_from ?? undefined;
            own.push({ id: job.job_id, reusedFrom, hasArtifacts: job.has_artifacts !== 0 });
        }
    }
    return runs;
}
