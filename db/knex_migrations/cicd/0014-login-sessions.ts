import type { Knex } from "knex";
import type { Migration } from "../migration.ts";

/** Logins that can be ended one by one, and what helps a person in who has lost the second factor. */
export const loginSessions: Migration = {
    name: "0014-login-sessions",
    async up(knex: Knex) {
        await knex.schema.createTable("login_sessions", (table) => {
            table.string("id", 64).primary();
            table.integer("user_id").notNullable().index();
            table.string("token_hash", 64).notNullable().unique();
            table.string("address", 64).notNullable();
            table.string("user_agent", 255).notNullable();
            table.string("created_at", 32).notNullable();
            table.string("last_used_at", 32).notNullable();
            table.string("expires_at", 32);
            table.string("revoked_at", 32);
        });
        await knex.schema.createTable("recovery_codes", (table) => {
            table.increments("id");
            table.integer("user_id").notNullable().index();
            table.string("code_hash", 64).notNullable();
            table.string("used_at", 32);
        });
    },
    async down(knex: Knex) {
        await knex.schema.dropTable("recovery_codes");
        await knex.schema.dropTable("login_sessions");
    },
};
