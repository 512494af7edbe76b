import type { Knex } from "knex";
import type { Migration } from "../migration.ts";

const statuses = ["pending", "running", "successful", "failed", "skipped", "cancelled"];

/** Runs of a repository's pipeline file and their jobs. The text of a job's log lies in a file. */
export const pipelines: Migration = {
    name: "0005-pipelines",
    async up(knex: Knex) {
        await knex.schema.createTable("pipelines", addPipelineColumns);
        await knex.schema.createTable("jobs", addJobColumns);
        await knex.schema.createTable("job_logs", (table) => {
            table.increments("seq");
            table.string("job_id", 64).notNullable().references("jobs.id").onDelete("CASCADE");
            table.integer("first_seq").notNullable();
            table.integer("last_seq").notNullable();
            table.integer("byte_offset").notNullable();
            table.integer("byte_length").notNullable();
            table.text("tail");
            table.string("created_at", 32).notNullable();
            table.unique(["job_id", "first_seq"]);
        });
    },
    async down(knex: Knex) {
        await knex.schema.dropTable("job_logs");
        await knex.schema.dropTable("jobs");
        await knex.schema.dropTable("pipelines");
    },
};

function addPipelineColumns(table: Knex.CreateTableBuilder): void {
    table.increments("seq");
    table.string("id", 64).notNullable().unique();
    table.string("stack_id", 64).notNullable();
    table.string("repository_id", 64).notNullable();
    table.string("deployment_id", 64).index();
    table.string("commit_sha", 64).notNullable();
    table.string("branch", 255).notNullable();
    table.enu("status", statuses).notNullable();
    table.text("error");
    table.string("created_at", 32).notNullable();
    table.string("started_at", 32);
    table.string("completed_at", 32);
    table.index(["stack_id", "seq"]);
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
    table.text("error");
    table.string("started_at", 32);
    table.string("completed_at", 32);
    table.unique(["pipeline_id", "position"]);
}
