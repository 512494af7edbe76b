import type { Knex } from "knex";
import { z } from "zod";
import type { Database } from "../../../platform/sqlite/database.ts";
import { orUnavailable } from "../../../platform/sqlite/failure.ts";
import type { Clock } from "../../core/clock.ts";
import { activeStatuses, type DeploymentRecord, type DeploymentStore } from "../../core/deployment.ts";
import { createDeploymentChanges } from "./deployment-changes.ts";
import { createDeploymentQueue } from "./deployment-queue.ts";
import { deploymentsTable, listedColumns, newRecord, openDeploymentTable } from "./deployment-row.ts";
import { createQueueStep } from "./deployment-step.ts";
import { isLive, nextLiveOrder } from "./live-order.ts";
import { pageBefore } from "./page.ts";
import { openPipelineTables } from "./pipeline-row.ts";

const mostAttempts = 100;

/** Deployments in SQLite. `list`, `latest` and `listActive` leave the logs' tails out; `find` and `findLive` have them. */
export function createDeploymentStore(ports: { readonly database: Database; readonly clock: Clock }): DeploymentStore {
    const { database, clock } = ports;
    const { knex } = database;
    const table = openDeploymentTable(database);
    const queueStep = createQueueStep(table, openPipelineTables(database).pipelines);

    async function listed(query: Knex.QueryBuilder): Promise<readonly DeploymentRecord[]> {
        const rows: unknown = await orUnavailable(query.select(...listedColumns));
        return z.array(z.unknown()).parse(rows).map(table.fromRow);
    }

    return {
        ...createDeploymentQueue(database, table, clock),
        ...createDeploymentChanges(database, table, clock),
        async create(deployment) {
            const record = newRecord(deployment, clock.now().toISOString());
            const isLiveNow = record.status === "successful" && deployment.live !== false;
            const order = isLiveNow ? { live_order: knex.raw(nextLiveOrder, [record.stackId]) } : {};
            await orUnavailable(knex(deploymentsTable).insert({ ...table.toRow(record), ...order }));
            return record;
        },
        queue: (stackId, decide) =>
            orUnavailable(
                database.together.write((statements) =>
                    queueStep(statements, stackId, clock.now().toISOString(), decide),
                ),
            ),
        find: (id) => table.find("id = ?", [id]),
        list: (stackId, limit, cursor) =>
            listed(pageBefore(knex, deploymentsTable, cursor).where({ stack_id: stackId }).limit(limit)),
        async latest() {
            const newest = knex(deploymentsTable).max("seq").groupBy("stack_id");
            const found = await listed(knex(deploymentsTable).whereIn("seq", newest));
            return new Map(found.map((record) => [record.stackId, record]));
        },
        listAttempts: (stackId, commitSha) =>
            listed(
                pageBefore(knex, deploymentsTable, undefined)
                    .where({ stack_id: stackId, commit_sha: commitSha })
                    .limit(mostAttempts),
            ),
        listActive(stackId) {
            const active = knex(deploymentsTable).whereIn("status", activeStatuses).orderBy("seq");
            return listed(stackId === undefined ? active : active.where({ stack_id: stackId }));
        },
        findLive: (stackId) => table.find(isLive, [stackId]),
        findRollbackOf: (failedId) => table.find("rollback_of = ? order by seq desc", [failedId]),
    };
}
