import type { Knex } from "knex";
import type { Migration } from "../migration.ts";

/** Variables of a stack or (without `stack_id`) of the server, registries and machines. Secrets are encrypted texts. */
export const variablesRegistriesTargets: Migration = {
    name: "0006-variables-registries-targets",
    async up(knex: Knex) {
        await knex.schema.createTable("variables", (table) => {
            table.string("id", 64).notNullable().primary();
            table.string("stack_id", 64);
            table.string("name", 255).notNullable();
            table.text("value").notNullable();
            table.boolean("is_secret").notNullable();
            addTimes(table);
        });
        // NULLs count as different in a unique index, so that the server's own variables need the expression.
        await knex.raw("create unique index variables_stack_id_name on variables (coalesce(stack_id, ''), name)");
        await knex.schema.createTable("registries", (table) => {
            table.string("id", 64).notNullable().primary();
            table.string("name", 255).notNullable().unique();
            table.text("url").notNullable();
            table.string("username", 255);
            table.text("password");
            addTimes(table);
        });
        await knex.schema.createTable("deploy_targets", (table) => {
            table.string("id", 64).notNullable().primary();
            table.string("name", 255).notNullable().unique();
            table.string("host", 255).notNullable();
            table.integer("port").notNullable();
            table.string("username", 255).notNullable();
            table.text("private_key").notNullable();
            table.text("host_key");
            table.text("stacks_directory").notNullable();
            addTimes(table);
        });
    },
    async down(knex: Knex) {
        await knex.schema.dropTable("deploy_targets");
        await knex.schema.dropTable("registries");
        await knex.schema.dropTable("variables");
    },
};

function addTimes(table: Knex.CreateTableBuilder): void {
    table.string("created_at", 32).notNullable();
    table.string("updated_at", 32).notNullable();
}
