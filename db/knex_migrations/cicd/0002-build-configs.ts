import type { Knex } from "knex";
import type { Migration } from "../migration.ts";

/** How a stack is built, with its build arguments and environment variables in the order they were given. */
export const buildConfigs: Migration = {
    name: "0002-build-configs",
    async up(knex: Knex) {
        await knex.schema.createTable("build_configs", addConfigColumns);
        await knex.schema.createTable("build_args", addEntryColumns);
        await knex.schema.createTable("env_vars", (table) => {
            addEntryColumns(table);
            table.boolean("secret").notNullable();
        });
    },
    async down(knex: Knex) {
        await knex.schema.dropTable("env_vars");
        await knex.schema.dropTable("build_args");
        await knex.schema.dropTable("build_configs");
    },
};

function addConfigColumns(table: Knex.CreateTableBuilder): void {
    table.string("id", 64).notNullable().primary();
    table.string("stack_id", 64).notNullable().unique();
    table.string("repository_id", 64).notNullable();
    table.enu("build_type", ["docker_build", "compose_only", "script"]).notNullable();
    for (const name of ["dockerfile_path", "compose_path", "build_service", "context_path", "build_image"]) {
        table.text(name);
    }
    for (const list of ["compose_files", "pre_build_commands", "post_build_commands", "target_ids"]) {
        table.text(list).notNullable();
    }
    table.text("script_path").notNullable();
    table.integer("timeout").notNullable();
    table.boolean("auto_deploy_on_push").notNullable();
    table.text("auto_deploy_branches").notNullable();
    table.text("auto_deploy_tags").notNullable();
    table.text("health_check_path");
    table.integer("health_check_timeout").notNullable();
    table.text("health_check_service");
    table.integer("health_check_port");
    table.boolean("rollback_on_failure").notNullable();
    table.text("pipeline_path").notNullable();
    table.string("registry_id", 64);
    table.text("image_template");
    table.string("strategy", 32).notNullable();
    table.integer("keep_releases").notNullable();
    table.boolean("approval").notNullable();
    table.string("pull_policy", 32).notNullable();
    table.text("schedule");
    table.string("created_at", 32).notNullable();
    table.string("updated_at", 32).notNullable();
}

function addEntryColumns(table: Knex.CreateTableBuilder): void {
    table.string("id", 64).notNullable().primary();
    table.string("build_config_id", 64).notNullable().index().references("build_configs.id").onDelete("CASCADE");
    table.integer("position").notNullable();
    table.string("name", 255).notNullable();
    table.text("value").notNullable();
    table.unique(["build_config_id", "position"]);
}
