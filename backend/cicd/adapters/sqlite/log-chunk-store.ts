import { z } from "zod";
import type { Database } from "../../../platform/sqlite/database.ts";
import { orUnavailable } from "../../../platform/sqlite/failure.ts";
import { openTable } from "../../../platform/sqlite/table.ts";
import type { Clock } from "../../core/clock.ts";
import type { LogChunkStore } from "../../core/log-stream.ts";

const positions = z.object({
    firstSeq: z.int(),
    lastSeq: z.int(),
    byteOffset: z.int(),
    byteLength: z.int(),
    tail: z.string().optional(),
});

/** Whose logs they are, with the column that names whose each is. */
const tables = {
    deployments: { name: "deployment_logs", idColumn: "deployment_id" },
    jobs: { name: "job_logs", idColumn: "job_id" },
} as const;

/** Where a log's lines lie in its file, in SQLite. */
export function createLogChunkStore(
    ports: { readonly database: Database; readonly clock: Clock },
    kind: keyof typeof tables = "deployments",
): LogChunkStore {
    const { knex } = ports.database;
    const { name, idColumn } = tables[kind];
    const table = openTable(ports.database, name, positions);
    return {
        async add({ logId, ...chunk }) {
            const row = { ...table.toRow(chunk), [idColumn]: logId, created_at: ports.clock.now().toISOString() };
            await orUnavailable(knex(name).insert(row).onConflict([idColumn, "first_seq"]).merge());
        },
        async list(logId) {
            const chunks = await table.list(`${idColumn} = ? order by first_seq`, [logId]);
            return chunks.map((chunk) => ({ logId, ...chunk }));
        },
        async remove(logId) {
            await orUnavailable(
                knex(name)
                    .where({ [idColumn]: logId })
                    .delete(),
            );
        },
    };
}
