import type { Knex } from "knex";
import type { Migration } from "../migration.ts";

/** What Dockge's `user` table has no place for: outside identities, who may do what with a stack, API tokens. */
export const peopleAndTokens: Migration = {
    name: "0007-people-and-tokens",
    async up(knex: Knex) {
        await knex.schema.createTable("user_identities", (table) => {
            table.string("id", 64).notNullable().primary();
            table.string("username", 255).notNullable().index();
            table.string("provider", 64).notNullable();
            table.string("subject", 255).notNullable();
            table.string("email", 255);
            table.string("created_at", 32).notNullable();
            table.string("last_login_at", 32);
            table.unique(["provider", "subject"]);
        });
        await knex.schema.createTable("stack_members", (table) => {
            table.string("id", 64).notNullable().primary();
            table.string("stack_id", 64).notNullable();
            table.string("username", 255).notNullable().index();
            table.enu("role", ["owner", "member"]).notNullable();
            table.string("created_at", 32).notNullable();
            table.unique(["stack_id", "username"]);
        });
        await knex.schema.createTable("api_tokens", (table) => {
            table.increments("seq");
            table.string("id", 64).notNullable().unique();
            table.string("name", 255).notNullable();
            table.string("token_hash", 64).notNullable().unique();
            table.text("scopes").notNullable();
            table.string("username", 255).notNullable().index();
            table.string("created_at", 32).notNullable();
            table.string("expires_at", 32);
            table.string("last_used_at", 32);
            table.string("revoked_at", 32);
        });
    },
    async down(knex: Knex) {
        await knex.schema.dropTable("api_tokens");
        await knex.schema.dropTable("stack_members");
        await knex.schema.dropTable("user_identities");
    },
};
