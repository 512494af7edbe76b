import type { Knex } from "knex";
import type { Migration } from "../migration.ts";

/** SSH keys and host keys, polling, schedules with a time zone, pushes of images, and what a delivery was answered. */
export const triggersAndSsh: Migration = {
    name: "0008-triggers-and-ssh",
    async up(knex: Knex) {
        await knex.schema.alterTable("git_repositories", (table) => {
            table.text("host_key");
            table.text("public_key");
            table.text("known_refs");
            table.string("last_polled_at", 32);
            table.text("last_poll_error");
        });
        await knex.schema.alterTable("build_configs", (table) => {
            table.string("schedule_time_zone", 64);
        });
        await knex.schema.alterTable("deployments", (table) => {
            table.text("refresh_images");
        });
        await knex.schema.alterTable("webhook_events", (table) => {
            table.text("answer");
            table.float("duration_milliseconds");
        });
    },
    async down(knex: Knex) {
        await knex.schema.alterTable("webhook_events", (table) => {
            table.dropColumns("answer", "duration_milliseconds");
        });
        await knex.schema.alterTable("deployments", (table) => {
            table.dropColumn("refresh_images");
        });
        await knex.schema.alterTable("build_configs", (table) => {
            table.dropColumn("schedule_time_zone");
        });
        await knex.schema.alterTable("git_repositories", (table) => {
            table.dropColumns("host_key", "public_key", "known_refs", "last_polled_at", "last_poll_error");
        });
    },
};
