import type { Knex } from "knex";
import type { Migration } from "../migration.ts";

/**
 * The order in which deployments went live, per stack. It is not that in which their rows were made: one that waits is
 * older than the rollback of the one before it, and release 0 is noted while the first deployment runs.
 */
export const liveOrder: Migration = {
    name: "0012-live-order",
    async up(knex: Knex) {
        await knex.schema.alterTable("deployments", (table) => {
            table.integer("live_order");
        });
        await knex.raw(
            "update deployments set live_order = (select count(*) from deployments as other " +
                "where other.stack_id = deployments.stack_id and other.status = 'successful' " +
                "and (other.completed_at, other.seq) <= (deployments.completed_at, deployments.seq)) " +
                "where status = 'successful'",
        );
        await knex.raw(
            "create index deployments_live_order on deployments (stack_id, live_order) where live_order is not null",
        );
    },
    async down(knex: Knex) {
        await knex.raw("drop index deployments_live_order");
        await knex.schema.alterTable("deployments", (table) => {
            table.dropColumn("live_order");
        });
    },
};
