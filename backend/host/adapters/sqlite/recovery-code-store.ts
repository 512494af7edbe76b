import { z } from "zod";
import type { Database } from "../../../platform/sqlite/database.ts";
import { orUnavailable } from "../../../platform/sqlite/failure.ts";
import type { RecoveryCodeStore } from "../../core/two-factor.ts";

const tableName = "recovery_codes";
const Counted = z.array(z.object({ codes: z.int() }));

/** Recovery codes in SQLite. `now` tells the time. */
export function createRecoveryCodeStore(ports: {
    readonly database: Database;
    readonly now: () => Date;
}): RecoveryCodeStore {
    const { knex } = ports.database;
    const codes = () => knex(tableName);

    return {
        async replace(userId, hashes) {
            const replacing = knex.transaction(async (transaction) => {
                await transaction(tableName).where({ user_id: userId }).delete();
                for (const hash of hashes) {
                    await transaction(tableName).insert({ user_id: userId, code_hash: hash });
                }
            });
            await orUnavailable(replacing);
        },
        async use(userId, hash) {
            const unused = codes().where({ user_id: userId, code_hash: hash }).whereNull("used_at");
            return (await orUnavailable(unused.update({ used_at: ports.now().toISOString() }))) > 0;
        },
        async countLeft(userId) {
            const left = codes().where({ user_id: userId }).whereNull("used_at").count({ codes: "*" });
            const rows: unknown = await orUnavailable(left);
            return Counted.parse(rows)[0]?.codes ?? 0;
        },
    };
}
