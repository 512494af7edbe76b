import type { Knex } from "knex";
import type { Migration } from "../migration.ts";

/** Webhook deliveries. No foreign key: they outlive their repository. */
export const webhookEvents: Migration = {
    name: "0004-webhook-events",
    async up(knex: Knex) {
        await knex.schema.createTable("webhook_events", (table) => {
            table.increments("seq");
            table.string("id", 64).notNullable().unique();
            table.string("repository_id", 64).notNullable();
            table.string("stack_id", 64).notNullable();
            table.enu("provider", ["github", "gitlab", "bitbucket", "gitea", "generic"]).notNullable();
            table.string("event_type", 255).notNullable();
            table.string("delivery_id", 255);
            table.text("payload");
            table.text("headers").notNullable();
            table.text("signature");
            table.boolean("verified").notNullable();
            table.boolean("processed").notNullable();
            table.enu("verdict", ["queued", "ignored", "duplicate", "pong", "rejected"]).notNullable();
            table.text("reason");
            table.string("deployment_id", 64);
            table.string("received_at", 32).notNullable();
            table.string("processed_at", 32);
            table.text("error");
            table.index(["repository_id", "seq"]);
            table.index(["stack_id", "seq"]);
        });
        await knex.raw(
            "create index webhook_events_delivery on webhook_events (repository_id, delivery_id) " +
                "where delivery_id is not null",
        );
    },
    async down(knex: Knex) {
        await knex.schema.dropTable("webhook_events");
    },
};
