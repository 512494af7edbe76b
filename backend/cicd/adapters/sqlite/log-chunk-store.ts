import { z } from "zod";
import type { Database } from "../../../platform/sqlite/database.ts";
import { orUnavailable } from "../../../platform/sqlite/failure.ts";
import { openTable } from "../../../platform/sqlite/table.ts";
import type { Clock } from "../../core/clock.ts";
import type { LogChunkStore } from "../../core/log-stream.ts";

const tableName = "deployment_logs";

const columns = z.object({
    deploymentId: z.string(),
    firstSeq: z.int(),
    lastSeq: z.int(),
    byteOffset: z.int(),
    byteLength: z.int(),
    tail: z.string().optional(),
});

/** Where a log's lines lie in its file, in SQLite. */
export function createLogChunkStore(ports: { readonly database: Database; readonly clock: Clock }): LogChunkStore {
    const { knex } = ports.database;
    const table = openTable(ports.database, tableName, columns);
    return {
        async add(chunk) {
            const row = { ...table.toRow(chunk), created_at: ports.clock.now().toISOString() };
            await orUnavailable(knex(tableName).insert(row).onConflict(["deployment_id", "first_seq"]).merge());
        },
        list: (deploymentId) => table.list("deployment_id = ? order by first_seq", [deploymentId]),
        async remove(deploymentId) {
            await orUnavailable(knex(tableName).where({ deployment_id: deploymentId }).delete());
        },
    };
}
