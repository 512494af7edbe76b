import type { Knex } from "knex";
import type { Migration } from "./migration.ts";

/** Dockge's settings, under the name that Dockge itself gives this step. */
export const settingTable: Migration = {
    name: "2023-10-20-0829-setting-table.ts",
    async up(knex: Knex) {
        await knex.schema.createTable("setting", (table) => {
            table.increments("id");
            table.string("key", 200).notNullable().unique();
            table.text("value");
            table.string("type", 20);
        });
    },
    async down(knex: Knex) {
        await knex.schema.dropTable("setting");
    },
};
