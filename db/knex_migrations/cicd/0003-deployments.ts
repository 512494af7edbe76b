import type { Knex } from "knex";
import type { Migration } from "../migration.ts";

/**
 * Deployments, which are the queue as well. `seq` keeps the order in which rows were made, also across VACUUM. They
 * point at repositories and build configurations without a foreign key, because history outlives both.
 */
export const deployments: Migration = {
    name: "0003-deployments",
    async up(knex: Knex) {
        await knex.schema.createTable("deployments", addDeploymentColumns);
        await knex.schema.createTable("deployment_logs", addChunkColumns);
        await knex.schema.createTable("stack_states", (table) => {
            table.string("stack_id", 64).notNullable().primary();
            table.boolean("stopped").notNullable();
            table.string("updated_at", 32).notNullable();
        });
        await addQueueIndexes(knex);
    },
    async down(knex: Knex) {
        await knex.schema.dropTable("stack_states");
        await knex.schema.dropTable("deployment_logs");
        await knex.schema.dropTable("deployments");
    },
};

const statuses = ["pending", "building", "deploying", "successful", "failed", "rolled_back", "cancelled"];

function addDeploymentColumns(table: Knex.CreateTableBuilder): void {
    table.increments("seq");
    table.string("id", 64).notNullable().unique();
    table.string("stack_id", 64).notNullable();
    table.string("build_config_id", 64).notNullable();
    table.string("repository_id", 64).notNullable();
    table.string("pipeline_id", 64);
    table.string("commit_sha", 64).notNullable();
    table.text("commit_message");
    table.text("commit_author");
    table.string("branch", 255).notNullable();
    table.string("tag", 255);
    table.enu("status", statuses).notNullable();
    table.string("phase", 32).notNullable();
    table.text("phases").notNullable();
    table.string("created_at", 32).notNullable();
    table.string("started_at", 32);
    table.string("completed_at", 32);
    table.float("duration");
    table.text("build_logs");
    table.text("deployment_logs");
    table.text("error");
    table.string("error_code", 64);
    table.text("note");
    table.enu("triggered_by", ["webhook", "manual", "scheduled", "api"]).notNullable();
    table.string("triggered_by_user", 255);
    table.string("previous_deployment_id", 64);
    table.string("rollback_of", 64);
    table.string("superseded_by", 64);
    table.text("images").notNullable();
    table.string("cancel_requested_at", 32);
    table.text("cancel_reason");
    table.integer("attempt").notNullable();
    table.string("lease_owner", 64);
    table.string("lease_expires_at", 32);
    table.index(["stack_id", "seq"]);
}

/** A log's text lies in a file; a row says where some of its lines are, the last one carries the log's tail. */
function addChunkColumns(table: Knex.CreateTableBuilder): void {
    table.increments("seq");
    table.string("deployment_id", 64).notNullable();
    table.integer("first_seq").notNullable();
    table.integer("last_seq").notNullable();
    table.integer("byte_offset").notNullable();
    table.integer("byte_length").notNullable();
    table.text("tail");
    table.string("created_at", 32).notNullable();
    table.unique(["deployment_id", "first_seq"]);
}

/** Partial indexes: what waits, runs or is leased are few rows of a long history. */
async function addQueueIndexes(knex: Knex): Promise<void> {
    await knex.raw("create index deployments_pending on deployments (seq) where status = 'pending'");
    await knex.raw(
        "create index deployments_active on deployments (stack_id, seq) " +
            "where status in ('pending', 'building', 'deploying')",
    );
    await knex.raw("create index deployments_leased on deployments (stack_id) where lease_owner is not null");
    await knex.raw("create index deployments_live on deployments (stack_id, seq) where status = 'successful'");
    await knex.raw("create index deployments_rollback_of on deployments (rollback_of) where rollback_of is not null");
}
