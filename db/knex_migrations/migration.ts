import type { Knex } from "knex";

/** One step of a schema. The name is what the migrations table keeps; it never changes. */
export interface Migration {
    readonly name: string;
    up(knex: Knex): Promise<void>;
    down(knex: Knex): Promise<void>;
}
