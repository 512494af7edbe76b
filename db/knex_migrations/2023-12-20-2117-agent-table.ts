import type { Knex } from "knex";
import type { Migration } from "./migration.ts";

/** Dockge's agents as its release 1.5.0 makes them: without the column `name` that later databases have. */
export const agentTable: Migration = {
    name: "2023-12-20-2117-agent-table.ts",
    async up(knex: Knex) {
        await knex.schema.createTable("agent", (table) => {
            table.increments("id");
            table.string("url", 255).notNullable().unique();
            table.string("username", 255).notNullable();
            table.string("password", 255).notNullable();
            table.boolean("active").notNullable().defaultTo(true);
        });
    },
    async down(knex: Knex) {
        await knex.schema.dropTable("agent");
    },
};
