import { z } from "zod";
import { AppError } from "../../../../common/errors.ts";
import { randomId } from "../../../platform/crypto/random-id.ts";
import { flag } from "../../../platform/sqlite/columns.ts";
import type { Database } from "../../../platform/sqlite/database.ts";
import { isTaken, orUnavailable } from "../../../platform/sqlite/failure.ts";
import { firstRow, openTable } from "../../../platform/sqlite/table.ts";
import type { Clock } from "../../core/clock.ts";
import type { DeployTargetRows, NewDeployTargetRow } from "../../core/deploy-target.ts";

const tableName = "deploy_targets";

const columns = z.object({
    id: z.string(),
    name: z.string(),
    host: z.string(),
    port: z.int(),
    username: z.string(),
    publicKey: z.string(),
    hostKey: z.string().optional(),
    sudo: flag,
    stacksDirectory: z.string(),
    allowPrivateHost: flag,
    createdAt: z.string(),
    updatedAt: z.string(),
});

/** Deploy targets in SQLite, without their private keys. */
export function createDeployTargetStore(ports: {
    readonly database: Database;
    readonly clock: Clock;
}): DeployTargetRows {
    const { knex } = ports.database;
    const table = openTable(ports.database, tableName, columns);

    function rowOf(target: NewDeployTargetRow) {
        return table.toRow({ hostKey: undefined, ...target, updatedAt: ports.clock.now().toISOString() });
    }

    return {
        find: (id) => table.find("id = ?", [id]),
        list: () => table.list("1 = 1 order by name"),
        async create(target) {
            const row = rowOf(target);
            const inserting = knex(tableName)
                .insert({ ...row, id: randomId(), created_at: row["updated_at"] })
                .returning("*");
            return table.fromRow(firstRow(await orConflict(inserting, target.name)));
        },
        async update(id, target) {
            const updating = knex(tableName).where({ id }).update(rowOf(target)).returning("*");
            const row = firstRow(await orConflict(updating, target.name));
            return row === undefined ? undefined : table.fromRow(row);
        },
        pinHostKey: (id, hostKey) => table.change(id, { hostKey }),
        async deleteUnused(id) {
            // Ids are hexadecimal: in the list's JSON one stands between quotes.
            const using = knex("build_configs").select("id").whereLike("target_ids", `%"${id}"%`);
            const deleted: unknown = await orUnavailable(knex(tableName).where({ id }).whereNotExists(using).delete());
            return deleted === 1;
        },
    };
}

async function orConflict(query: PromiseLike<unknown>, name: string): Promise<unknown> {
    try {
        return await orUnavailable(query);
    } catch (error) {
        if (isTaken(error)) {
            throw new AppError("conflict", `name: there is a target "${name}" already; give it another name`);
        }
        throw error;
    }
}
