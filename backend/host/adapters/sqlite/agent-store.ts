import { z } from "zod";
import { AppError } from "../../../../common/errors.ts";
import { flag } from "../../../platform/sqlite/columns.ts";
import type { Database } from "../../../platform/sqlite/database.ts";
import { isTaken, orUnavailable } from "../../../platform/sqlite/failure.ts";
import { openTable } from "../../../platform/sqlite/table.ts";
import type { AgentStore } from "../../core/agent.ts";

const tableName = "agent";

const columns = z.object({
    id: z.int(),
    url: z.string(),
    username: z.string(),
    password: z.string(),
    name: z.string().optional(),
    active: flag,
});

/**
 * Dockge's agents in SQLite. Tables that Dockge 1.5.0 has made lack the column `name`, which is added with the first name:
 * 1.5.0 does not mind it, newer ones have it.
 */
export function createAgentStore(database: Database): AgentStore {
    const { knex } = database;
    const table = openTable(database, tableName, columns);
    let named: boolean | undefined;

    async function hasName(): Promise<boolean> {
        named ??= await orUnavailable(knex.schema.hasColumn(tableName, "name"));
        return named;
    }

    async function makeName(): Promise<void> {
        if (!(await hasName())) {
            await orUnavailable(knex.schema.alterTable(tableName, (agent) => void agent.string("name", 255)));
            named = true;
        }
    }

    const find: AgentStore["find"] = (url) => table.find("url = ?", [url]);

    return {
        find,
        list: () => table.list("1 = 1 order by id"),
        async create({ url, username, password, name }) {
            if (name) {
                await makeName();
            }
            const row = { url, username, password, ...((await hasName()) ? { name: name ?? null } : {}) };
            try {
                await orUnavailable(knex(tableName).insert(row));
            } catch (error) {
                throw isTaken(error) ? taken(url, error) : error;
            }
            const created = await find(url);
            return created ?? Promise.reject(taken(url, undefined));
        },
        async rename(url, name) {
            await makeName();
            await orUnavailable(knex(tableName).where({ url }).update({ name }));
        },
        async setPassword(url, password) {
            await orUnavailable(knex(tableName).where({ url }).update({ password }));
        },
        async delete(url) {
            await orUnavailable(knex(tableName).where({ url }).delete());
        },
    };
}

function taken(url: string, cause: unknown): AppError {
    return new AppError("conflict", `url: the agent ${url} is there already; remove it first`, { cause });
}
