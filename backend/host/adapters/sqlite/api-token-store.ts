import { z } from "zod";
import { Right } from "../../../../common/right.ts";
import { randomId } from "../../../platform/crypto/random-id.ts";
import { json } from "../../../platform/sqlite/columns.ts";
import type { Database } from "../../../platform/sqlite/database.ts";
import { orUnavailable } from "../../../platform/sqlite/failure.ts";
import { openTable } from "../../../platform/sqlite/table.ts";
import type { ApiTokenRecord, ApiTokenStore } from "../../core/api-token.ts";

const tableName = "api_tokens";
const useNotedEveryMilliseconds = 60_000;
const text = z.string().optional();

const columns = z.object({
    id: z.string(),
    name: z.string(),
    scopes: json(z.array(Right).readonly()),
    username: z.string(),
    createdAt: z.string(),
    expiresAt: text,
    lastUsedAt: text,
    revokedAt: text,
});

/** API tokens in SQLite. `now` tells the time. */
export function createApiTokenStore(ports: { readonly database: Database; readonly now: () => Date }): ApiTokenStore {
    const { knex } = ports.database;
    const table = openTable(ports.database, tableName, columns);
    const tokens = () => knex(tableName);

    return {
        async create({ tokenHash, ...given }) {
            const record: ApiTokenRecord = { ...given, id: randomId(), createdAt: ports.now().toISOString() };
            await orUnavailable(tokens().insert({ ...table.toRow(record), token_hash: tokenHash }));
            return record;
        },
        find: (id) => table.find("id = ?", [id]),
        findByHash: (tokenHash) => table.find("token_hash = ?", [tokenHash]),
        list: (username) =>
            username === undefined
                ? table.list("1 = 1 order by seq desc")
                : table.list("username = ? order by seq desc", [username]),
        async markUsed(id) {
            const now = ports.now();
            const before = new Date(now.getTime() - useNotedEveryMilliseconds).toISOString();
            const query = tokens()
                .where({ id })
                .andWhere((due) => due.whereNull("last_used_at").orWhere("last_used_at", "<=", before))
                .update({ last_used_at: now.toISOString() });
            await orUnavailable(query);
        },
        async revoke(id) {
            const revoked = { revoked_at: ports.now().toISOString() };
            return (await orUnavailable(tokens().where({ id }).whereNull("revoked_at").update(revoked))) > 0;
        },
        async delete(id) {
            await orUnavailable(tokens().where({ id }).delete());
        },
    };
}
