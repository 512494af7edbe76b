import type { Knex } from "knex";
import type { Migration } from "../migration.ts";

/** Deployments that wait for a click and that reach several machines; stacks pinned to a release; images pinned to a digest. */
export const releases: Migration = {
    name: "0011-releases",
    async up(knex: Knex) {
        await knex.schema.alterTable("deployments", (table) => {
            table.string("approval_requested_at", 32);
            table.string("approved_at", 32);
            table.string("approved_by", 255);
            table.text("machines").notNullable().defaultTo("[]");
        });
        await knex.schema.alterTable("stack_states", (table) => {
            table.string("pinned_deployment_id", 64);
            table.string("pinned_by", 255);
            table.string("pinned_at", 32);
        });
        await knex.schema.alterTable("build_configs", (table) => {
            table.boolean("pin_images").notNullable().defaultTo(false);
        });
        await knex.raw(
            "create index deployments_approved on deployments (seq) " +
                "where status = 'building' and phase = 'approval' and approved_at is not null",
        );
    },
    async down(knex: Knex) {
        await knex.raw("drop index deployments_approved");
        await knex.schema.alterTable("build_configs", (table) => {
            table.dropColumn("pin_images");
        });
        await knex.schema.alterTable("stack_states", (table) => {
            table.dropColumns("pinned_deployment_id", "pinned_by", "pinned_at");
        });
        await knex.schema.alterTable("deployments", (table) => {
            table.dropColumns("approval_requested_at", "approved_at", "approved_by", "machines");
        });
    },
};
