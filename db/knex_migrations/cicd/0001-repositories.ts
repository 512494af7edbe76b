import type { Knex } from "knex";
import type { Migration } from "../migration.ts";

/** A stack's git repository. Credentials and webhook secret are encrypted texts. */
export const repositories: Migration = {
    name: "0001-repositories",
    async up(knex: Knex) {
        await knex.schema.createTable("git_repositories", (table) => {
            table.string("id", 64).notNullable().primary();
            table.string("stack_id", 64).notNullable().unique();
            table.text("url").notNullable();
            table.string("branch", 255).notNullable();
            table.enu("auth_type", ["none", "ssh_key", "http_token"]).notNullable();
            table.text("credentials");
            table.text("webhook_secret").notNullable();
            table.text("webhook_url").notNullable();
            table.enu("provider", ["github", "gitlab", "bitbucket", "gitea", "generic"]).notNullable();
            table.boolean("auto_sync").notNullable();
            table.integer("poll_interval_seconds").notNullable();
            table.text("paths").notNullable();
            table.text("aliases").notNullable();
            table.boolean("allow_private_host").notNullable();
            table.string("last_synced_at", 32);
            table.string("last_synced_commit", 64);
            table.string("created_at", 32).notNullable();
            table.string("updated_at", 32).notNullable();
        });
    },
    async down(knex: Knex) {
        await knex.schema.dropTable("git_repositories");
    },
};
