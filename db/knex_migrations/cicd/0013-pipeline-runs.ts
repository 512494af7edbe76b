import type { Knex } from "knex";
import type { Migration } from "../migration.ts";
import { pipelines } from "./0005-pipelines.ts";

const statuses = ["pending", "running", "success", "failed", "cancelled", "skipped"];

/**
 * Runs of pipelines with their plan, lease and jobs. The tables before this one were never written to: they are made
 * anew, because SQLite cannot change the check of a column.
 */
export const pipelineRuns: Migration = {
    name: "0013-pipeline-runs",
    async up(knex: Knex) {
        await dropAll(knex);
        await knex.schema.createTable("pipelines", addPipelineColumns);
        await knex.schema.createTable("jobs", addJobColumns);
        await knex.schema.createTable("job_logs", addLogColumns);
        await knex.schema.alterTable("build_configs", (table) => {
            table.text("pipeline_branches").notNullable().defaultTo("[]");
            table.boolean("pipeline_engine_socket").notNullable().defaultTo(false);
        });
    },
    async down(knex: Knex) {
        await knex.schema.alterTable("build_configs", (table) => {
            table.dropColumn("pipeline_branches");
            table.dropColumn("pipeline_engine_socket");
        });
        await dropAll(knex);
        await pipelines.up(knex);
    },
};

async function dropAll(knex: Knex): Promise<void> {
    await knex.schema.dropTable("job_logs");
    await knex.schema.dropTable("jobs");
    await knex.schema.dropTable("pipelines");
}

function addPipelineColumns(table: Knex.CreateTableBuilder): void {
    table.increments("seq");
    table.string("id", 64).notNullable().unique();
    table.string("stack_id", 64).notNullable();
    table.string("repository_id", 64).notNullable();
    table.string("deployment_id", 64).index();
    table.string("commit_sha", 64).notNullable();
    table.text("commit_message");
    table.string("commit_author", 255);
    table.string("branch", 255).notNullable();
    table.string("tag", 255);
    table.enu("status", statuses).notNullable();
    table.text("plan");
    table.text("error");
    table.string("triggered_by", 16).notNullable();
    table.string("triggered_by_user", 255);
    table.string("retry_of", 64);
    table.string("retry_from", 255);
    table.boolean("runs_alone").notNullable();
    table.string("created_at", 32).notNullable();
    table.string("started_at", 32);
    table.string("completed_at", 32);
    table.string("cancel_requested_at", 32);
    table.text("cancel_reason");
    table.integer("attempt").notNullable().defaultTo(0);
    table.string("lease_owner", 64);
    table.string("lease_expires_at", 32);
    table.index(["stack_id", "seq"]);
    table.index(["status", "runs_alone", "seq"]);
}

function addJobColumns(table: Knex.CreateTableBuilder): void {
    table.string("id", 64).notNullable().primary();
    table.string("pipeline_id", 64).notNullable().references("pipelines.id").onDelete("CASCADE");
    table.integer("position").notNullable();
    table.string("stage", 255).notNullable();
    table.string("name", 255).notNullable();
    table.text("image").notNullable();
    table.enu("status", statuses).notNullable();
    table.boolean("allow_failure").notNullable();
    table.integer("exit_code");
    table.string("reason", 32);
    table.text("error");
    table.string("started_at", 32);
    table.string("completed_at", 32);
    table.integer("attempt").notNullable().defaultTo(0);
    table.integer("lines_before").notNullable().defaultTo(0);
    table.string("requested_at", 32);
    table.string("requested_by", 255);
    table.string("reused_from", 64);
    table.text("artifacts");
    table.string("artifacts_expire_at", 32);
    table.unique(["pipeline_id", "position"]);
    table.unique(["pipeline_id", "name"]);
}

/**
 * Chunk positions and the bounded tail of each job's log, and of each run that belongs to no deployment (`job_id` is then
 * the run's); the text lies in a file.
 */
function addLogColumns(table: Knex.CreateTableBuilder): void {
    table.increments("seq");
    table.string("job_id", 64).notNullable();
    table.integer("first_seq").notNullable();
    table.integer("last_seq").notNullable();
    table.integer("byte_offset").notNullable();
    table.integer("byte_length").notNullable();
    table.text("tail");
    table.string("created_at", 32).notNullable();
    table.unique(["job_id", "first_seq"]);
}
