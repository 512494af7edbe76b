import { z } from "zod";
import { AppError } from "../../../../common/errors.ts";
import type { Cipher } from "../../../platform/crypto/cipher.ts";
import { randomId } from "../../../platform/crypto/random-id.ts";
import { encrypted, flag } from "../../../platform/sqlite/columns.ts";
import type { Database } from "../../../platform/sqlite/database.ts";
import { isTaken, orUnavailable } from "../../../platform/sqlite/failure.ts";
import { firstRow, openTable } from "../../../platform/sqlite/table.ts";
import type { Clock } from "../../core/clock.ts";
import type { NewRegistry, RegistryStore } from "../../core/registry.ts";

const tableName = "registries";

function columns(cipher: Cipher) {
    return z.object({
        id: z.string(),
        name: z.string(),
        url: z.string(),
        username: z.string().optional(),
        password: encrypted(cipher).optional(),
        insecure: flag,
        allowPrivateHost: flag,
        createdAt: z.string(),
        updatedAt: z.string(),
    });
}

/** Registries of images in SQLite. */
export function createRegistryStore(ports: {
    readonly database: Database;
    readonly cipher: Cipher;
    readonly clock: Clock;
}): RegistryStore {
    const { knex } = ports.database;
    const table = openTable(ports.database, tableName, columns(ports.cipher));

    function rowOf(registry: NewRegistry) {
        const now = ports.clock.now().toISOString();
        return table.toRow({ username: undefined, password: undefined, ...registry, updatedAt: now });
    }

    return {
        list: () => table.list("1 = 1 order by name"),
        find: (id) => table.find("id = ?", [id]),
        async create(registry) {
            const row = rowOf(registry);
            const inserting = knex(tableName)
                .insert({ ...row, id: randomId(), created_at: row["updated_at"] })
                .returning("*");
            return table.fromRow(firstRow(await orConflict(inserting, registry.name)));
        },
        async update(id, registry) {
            const updating = knex(tableName).where({ id }).update(rowOf(registry)).returning("*");
            const row = firstRow(await orConflict(updating, registry.name));
            return row === undefined ? undefined : table.fromRow(row);
        },
        async deleteUnused(id) {
            const using = knex("build_configs").select("id").where({ registry_id: id });
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
            throw new AppError("conflict", `name: there is a registry "${name}" already; give it another name`);
        }
        throw error;
    }
}
