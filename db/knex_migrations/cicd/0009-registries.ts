import type { Knex } from "knex";
import type { Migration } from "../migration.ts";

/** What a registry's address may be, and what a build does beside building. */
export const registryOptions: Migration = {
    name: "0009-registries",
    async up(knex: Knex) {
        await knex.schema.alterTable("registries", (table) => {
            table.boolean("insecure").notNullable().defaultTo(false);
            table.boolean("allow_private_host").notNullable().defaultTo(false);
        });
        await knex.schema.alterTable("build_configs", (table) => {
            table.text("build_secrets").notNullable().defaultTo("[]");
            table.text("build_target");
            table.string("build_cache", 32).notNullable().defaultTo("local");
            table.text("platforms").notNullable().defaultTo("[]");
        });
    },
    async down(knex: Knex) {
        await knex.schema.alterTable("build_configs", (table) => {
            table.dropColumns("build_secrets", "build_target", "build_cache", "platforms");
        });
        await knex.schema.alterTable("registries", (table) => {
            table.dropColumns("insecure", "allow_private_host");
        });
    },
};
