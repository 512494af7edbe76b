import type { Knex } from "knex";
import type { Migration } from "./migration.ts";

/** Dockge's people, under the name that Dockge itself gives this step. */
export const userTable: Migration = {
    name: "2023-10-20-0829-user-table.ts",
    async up(knex: Knex) {
        await knex.schema.createTable("user", (table) => {
            table.increments("id");
            table.string("username", 255).notNullable().unique();
            table.string("password", 255);
            table.boolean("active").notNullable().defaultTo(true);
            table.string("timezone", 150);
            table.string("twofa_secret", 64);
            table.boolean("twofa_status").notNullable().defaultTo(false);
            table.string("twofa_last_token", 6);
        });
    },
    async down(knex: Knex) {
        await knex.schema.dropTable("user");
    },
};
