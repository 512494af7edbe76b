import type { Knex } from "knex";
import type { Migration } from "../migration.ts";

/** Machines that are deployed to: how they are logged in to. Private keys lie in files of their own, encrypted. */
export const targets: Migration = {
    name: "0010-targets",
    async up(knex: Knex) {
        await knex.schema.alterTable("deploy_targets", (table) => {
            table.dropColumn("private_key");
        });
        await knex.schema.alterTable("deploy_targets", (table) => {
            table.text("public_key").notNullable().defaultTo("");
            table.boolean("sudo").notNullable().defaultTo(false);
            table.boolean("allow_private_host").notNullable().defaultTo(false);
        });
    },
    async down(knex: Knex) {
        await knex.schema.alterTable("deploy_targets", (table) => {
            table.dropColumns("public_key", "sudo", "allow_private_host");
        });
        await knex.schema.alterTable("deploy_targets", (table) => {
            table.text("private_key").notNullable().defaultTo("");
        });
    },
};
