import { z } from "zod";
import type { Database } from "../../../platform/sqlite/database.ts";
import { orUnavailable } from "../../../platform/sqlite/failure.ts";
import type { Clock } from "../../core/clock.ts";
import type { JobRecord, PipelineStore } from "../../core/pipeline-run.ts";
import { deploymentsTable } from "./deployment-row.ts";
import { pageBefore } from "./page.ts";
import { createJobChanges, createPipelineChanges } from "./pipeline-changes.ts";
import { createPipelineHistory } from "./pipeline-history.ts";
import { createPipelineQueue } from "./pipeline-queue.ts";
import {
    activeRuns,
    jobsTable,
    newPipelineRecord,
    openPipelineTables,
    pipelinesTable,
    type PipelineTables,
    rowsOf,
} from "./pipeline-row.ts";

const mostBranches = 100;
const OfDeployment = z.looseObject({ deployment_id: z.string() });

/** Runs of pipelines and their jobs in SQLite. */
export function createPipelineStore(ports: { readonly database: Database; readonly clock: Clock }): PipelineStore {
    const { database, clock } = ports;
    const tables = openPipelineTables(database);
    const { knex, pipelines } = tables;

    return {
        ...createPipelineQueue(database, tables, clock),
        ...createPipelineChanges(tables, clock),
        ...createJobChanges(database, tables, clock),
        ...createPipelineHistory(tables),
        ...createJobLists(tables),
        async create(pipeline) {
            const record = newPipelineRecord(pipeline, clock.now().toISOString());
            const creating = knex.transaction(async (transaction) => {
                await transaction(pipelinesTable).insert(pipelines.toRow(record));
                if (record.deploymentId !== undefined) {
                    const deployment = transaction(deploymentsTable).where({ id: record.deploymentId });
                    await deployment.update({ pipeline_id: record.id });
                }
            });
            await orUnavailable(creating);
            return record;
        },
        find: (id) => pipelines.find("id = ?", [id]),
        findOfDeployment: (deploymentId) => pipelines.find("deployment_id = ? order by seq desc", [deploymentId]),
        async list(stackId, { branch, limit, cursor }) {
            const page = pageBefore(knex, pipelinesTable, cursor).where({ stack_id: stackId }).limit(limit);
            const rows: unknown = await orUnavailable(branch === undefined ? page : page.where({ branch }));
            return rowsOf(rows, pipelines.fromRow);
        },
        async branches(stackId) {
            const newestFirst = knex(pipelinesTable)
                .where({ stack_id: stackId })
                .groupBy("branch")
                .orderByRaw("max(seq) desc")
                .limit(mostBranches)
                .pluck("branch");
            return z.array(z.string()).parse(await orUnavailable(newestFirst));
        },
        async listActive(stackId) {
            const active = knex(pipelinesTable).whereIn("status", activeRuns).orderBy("seq");
            const rows: unknown = await orUnavailable(
                stackId === undefined ? active : active.where({ stack_id: stackId }),
            );
            return rowsOf(rows, pipelines.fromRow);
        },
    };
}

function createJobLists({ knex, jobs }: PipelineTables): Pick<PipelineStore, "jobs" | "jobsOfDeployments" | "findJob"> {
    return {
        async jobs(pipelineIds) {
            const rows: unknown = await orUnavailable(
                knex(jobsTable).whereIn("pipeline_id", pipelineIds).orderBy("position"),
            );
            const found = rowsOf(rows, jobs.fromRow).map((job) => [job.pipelineId, job] as const);
            return grouped(pipelineIds, found);
        },
        async jobsOfDeployments(deploymentIds) {
            const newest = knex(pipelinesTable)
                .max("seq")
                .whereIn("deployment_id", deploymentIds)
                .groupBy("deployment_id");
            const rows: unknown = await orUnavailable(
                knex(jobsTable)
                    .join(pipelinesTable, `${pipelinesTable}.id`, `${jobsTable}.pipeline_id`)
                    .whereIn(`${pipelinesTable}.seq`, newest)
                    .orderBy(`${jobsTable}.position`)
                    .select(`${jobsTable}.*`, `${pipelinesTable}.deployment_id`),
            );
            const found = rowsOf(rows, (row) => [OfDeployment.parse(row).deployment_id, jobs.fromRow(row)] as const);
            return grouped(deploymentIds, found);
        },
        findJob: (id) => jobs.find("id = ?", [id]),
    };
}

/** Every id has its jobs, or none. */
function grouped(
    ids: readonly string[],
    found: readonly (readonly [string, JobRecord])[],
): ReadonlyMap<string, readonly JobRecord[]> {
    const groups = new Map<string, JobRecord[]>(ids.map((id) => [id, []]));
    found.forEach(([id, job]) => groups.get(id)?.push(job));
    return groups;
}
