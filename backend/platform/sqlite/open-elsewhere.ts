import { z } from "zod";
import type { Database } from "./database.ts";

const Mode = z.tuple([z.object({ journal_mode: z.string() })]);

/**
 * Whether another process has the database open. SQLite leaves its write-ahead log only for one who is alone, so that
 * trying tells; the log is taken up again after it.
 */
export async function isOpenElsewhere({ knex }: Pick<Database, "knex">): Promise<boolean> {
    await knex.raw("PRAGMA busy_timeout = 0");
    try {
        const [{ journal_mode: mode }] = Mode.parse(await knex.raw("PRAGMA journal_mode = DELETE"));
        return mode !== "delete";
    } catch {
        return true;
    } finally {
        await knex.raw("PRAGMA journal_mode = WAL");
        await knex.raw("PRAGMA busy_timeout = 5000");
    }
}
