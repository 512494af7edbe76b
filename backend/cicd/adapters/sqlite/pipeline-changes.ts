import type { Knex } from "knex";
import { AppError } from "../../../../common/errors.ts";
import type { Database } from "../../../platform/sqlite/database.ts";
import { orUnavailable } from "../../../platform/sqlite/failure.ts";
import { firstRow, type Querying } from "../../../platform/sqlite/table.ts";
import type { Clock } from "../../core/clock.ts";
import { hasEnded, type PipelineChange, type PipelineStore } from "../../core/pipeline-run.ts";
import { activeRuns, jobsTable, newJobRecords, pipelinesTable, type PipelineTables } from "./pipeline-row.ts";
import { requestJob } from "./request-job.ts";

/** Conditional updates of runs. */
export function createPipelineChanges(
    tables: PipelineTables,
    clock: Clock,
): Pick<PipelineStore, "begin" | "update" | "requestCancel"> {
    const { knex, pipelines, jobRow } = tables;
    const now = (): string => clock.now().toISOString();

    return {
        async begin(id, plan, jobs, startedAt) {
            const begun = pipelines.toRow({ plan, status: "running", startedAt });
            const rows = newJobRecords(id, jobs).map(jobRow);
            const beginning = knex.transaction(async (transaction) => {
                const query = active(transaction, id).whereNull("plan").update(begun).returning("*");
                const changed = firstRow(await query);
                if (changed !== undefined && rows.length > 0) {
                    await transaction.batchInsert(jobsTable, rows, jobsAtOnce);
                }
                return changed;
            });
            const changed = await orUnavailable(beginning);
            if (changed === undefined) {
                throw new AppError("conflict", `pipeline: ${id} has begun or ended already`);
            }
            return pipelines.fromRow(changed);
        },
        async update(id, change) {
            if (Object.keys(change).length === 0) {
                return pipelines.find("id = ? and status in ('pending', 'running')", [id]);
            }
            const changing = knex.transaction(async (transaction) => {
                const goesOn = change.status === "success" && (await hasRequested(transaction, id));
                const row = pipelines.toRow(goesOn ? reopened(change) : withEnd(change, now()));
                if (change.status === "failed") {
                    await forgetRequested(transaction, id);
                }
                return firstRow(await active(transaction, id).update(row).returning("*"));
            });
            const changed = await orUnavailable(changing);
            return changed === undefined ? undefined : pipelines.fromRow(changed);
        },
        async requestCancel(id, reason) {
            const noting = active(knex, id).update({
                cancel_requested_at: knex.raw("coalesce(cancel_requested_at, ?)", [now()]),
                cancel_reason: knex.raw("coalesce(cancel_reason, ?)", [reason]),
            });
            return (await orUnavailable(noting)) > 0;
        },
    };
}

/** Updates of jobs. */
export function createJobChanges(
    { together }: Pick<Database, "together">,
    { knex, jobs, jobRow }: PipelineTables,
    clock: Clock,
): Pick<PipelineStore, "updateJob" | "requestJob"> {
    return {
        async updateJob(id, change) {
            if (Object.keys(change).length === 0) {
                return jobs.find("id = ?", [id]);
            }
            const changing = knex(jobsTable).where({ id }).update(jobRow(change)).returning("*");
            const changed = firstRow(await orUnavailable(changing));
            return changed === undefined ? undefined : jobs.fromRow(changed);
        },
        async requestJob(id, by) {
            const now = clock.now().toISOString();
            const requesting = together.write((statements) => requestJob(statements, { id, by, now }));
            const row = await orUnavailable(requesting);
            return row === undefined ? undefined : jobs.fromRow(row);
        },
    };
}

/** SQLite takes only so many values in one statement. */
const jobsAtOnce = 50;

function active(querying: Querying, id: string): Knex.QueryBuilder {
    return querying(pipelinesTable).where({ id }).whereIn("status", activeRuns);
}

/** A manual job that somebody started while its run came to its end. */
async function hasRequested(transaction: Knex.Transaction, pipelineId: string): Promise<boolean> {
    const found: unknown = await transaction(jobsTable)
        .select("id")
        .where({ pipeline_id: pipelineId, status: "pending" })
        .whereNotNull("requested_at")
        .limit(1);
    return firstRow(found) !== undefined;
}

/** It failed before they ran: they can be started again. Going on by itself it might fail so without end. */
async function forgetRequested(transaction: Knex.Transaction, pipelineId: string): Promise<void> {
    await transaction(jobsTable)
        .where({ pipeline_id: pipelineId, status: "pending" })
        .update({ requested_at: null, requested_by: null });
}

/** As if the job had been started a moment after the end. */
function reopened(change: PipelineChange) {
    return { ...change, status: "pending", runsAlone: true, completedAt: undefined, error: undefined } as const;
}

function withEnd(change: PipelineChange, now: string): PipelineChange {
    return change.status !== undefined && hasEnded(change.status) ? { completedAt: now, ...change } : change;
}
