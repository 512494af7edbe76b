import type { Knex } from "knex";

/** Rows newest first, from the one after `cursor` (an id) on. `seq` is the order in which rows were made. */
export function pageBefore(knex: Knex, table: string, cursor: string | undefined): Knex.QueryBuilder {
    const newestFirst = knex(table).orderBy("seq", "desc");
    return cursor === undefined
        ? newestFirst
        : newestFirst.where("seq", "<", knex(table).select("seq").where({ id: cursor }));
}
