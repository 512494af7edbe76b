import { z } from "zod";
import { AppError } from "../../../../common/errors.ts";
import { flag } from "../../../platform/sqlite/columns.ts";
import type { Database } from "../../../platform/sqlite/database.ts";
import { isTaken, orUnavailable } from "../../../platform/sqlite/failure.ts";
import { openTable } from "../../../platform/sqlite/table.ts";
import type { UserChange, UserRecord, UserStore } from "../../core/user.ts";

const tableName = "user";
const text = z.string().optional();

const columns = z.object({
    id: z.int(),
    username: z.string(),
    password: text,
    active: flag,
    timezone: text,
    twofaSecret: text,
    twofaStatus: flag,
    twofaLastToken: text,
});

type Columns = z.output<typeof columns>;

/** Dockge's people in SQLite. */
export function createUserStore(database: Database): UserStore {
    const { knex } = database;
    const table = openTable(database, tableName, columns);

    async function findBy(clause: string, value: string | number): Promise<UserRecord | undefined> {
        const found = await table.find(clause, [value]);
        return found === undefined ? undefined : toRecord(found);
    }

    async function get(id: number): Promise<UserRecord> {
        const found = await findBy("id = ?", id);
        if (found === undefined) {
            throw new AppError("not_found", "user: there is none with this id; reload the list");
        }
        return found;
    }

    return {
        async count() {
            const rows: unknown = await orUnavailable(knex(tableName).count({ users: "*" }));
            return z.array(z.object({ users: z.int() })).parse(rows)[0]?.users ?? 0;
        },
        find: (username) => findBy("username = ?", username),
        findActive: (username) => findBy("username = ? and active = 1", username),
        list: async () => (await table.list("1 = 1 order by username")).map(toRecord),
        async create({ username, passwordHash }) {
            try {
                await orUnavailable(knex(tableName).insert({ username, password: passwordHash }));
            } catch (error) {
                throw isTaken(error) ? taken(username, error) : error;
            }
            const created = await findBy("username = ?", username);
            return created ?? Promise.reject(taken(username, undefined));
        },
        async update(id, change) {
            await get(id);
            await table.change(id, toColumns(change));
            return get(id);
        },
        async useCode(id, code, before) {
            const unchanged = knex(tableName).where({ id, twofa_last_token: before ?? null });
            return (await orUnavailable(unchanged.update({ twofa_last_token: code }))) > 0;
        },
        async delete(id) {
            await orUnavailable(knex(tableName).where({ id }).delete());
        },
    };
}

function taken(username: string, cause: unknown): AppError {
    return new AppError("conflict", `username: "${username}" is taken; choose another`, { cause });
}

function toRecord({ password, twofaStatus, ...same }: Columns): UserRecord {
    return { ...same, passwordHash: password, twofaEnabled: twofaStatus };
}

function toColumns({ passwordHash, twofaEnabled, ...same }: UserChange): Partial<Columns> {
    return {
        ...same,
        ...(passwordHash === undefined ? {} : { password: passwordHash }),
        ...(twofaEnabled === undefined ? {} : { twofaStatus: twofaEnabled }),
    };
}
