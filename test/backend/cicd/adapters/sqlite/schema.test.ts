import { describe, expect, it } from "vitest";
import { createLogChunkStore } from "../../../../../backend/cicd/adapters/sqlite/log-chunk-store.ts";
import { createRepositoryStore } from "../../../../../backend/cicd/adapters/sqlite/repository-store.ts";
import { createStackStateStore } from "../../../../../backend/cicd/adapters/sqlite/stack-state-store.ts";
import { createDeploymentStore } from "../../../../../backend/cicd/adapters/sqlite/deployment-store.ts";
import { createWebhookEventStore } from "../../../../../backend/cicd/adapters/sqlite/webhook-event-store.ts";
import { cicdMigrations, hostMigrations } from "../../../../../db/knex_migrations/index.ts";
import { createTestClock } from "../../../../support/clock.ts";
import { openTestDatabase } from "../../../../support/database.ts";
import { newDeployment, newRepository, newWebhookEvent } from "../../../../support/records.ts";

/** The fields of the data models, as columns. */
const documented = {
    git_repositories:
        "id stack_id url branch auth_type credentials webhook_secret webhook_url provider auto_sync last_synced_at " +
        "last_synced_commit created_at updated_at",
    build_configs:
        "id stack_id repository_id build_type dockerfile_path compose_path pre_build_commands post_build_commands " +
        "timeout auto_deploy_on_push auto_deploy_branches health_check_path health_check_timeout " +
        "rollback_on_failure created_at updated_at",
    deployments:
        "id stack_id build_config_id repository_id commit_sha commit_message commit_author branch tag status " +
        "started_at completed_at duration build_logs deployment_logs error triggered_by triggered_by_user " +
        "previous_deployment_id pipeline_id",
    webhook_events:
        "id repository_id provider event_type payload headers signature verified processed deployment_id " +
        "received_at processed_at error",
    build_args: "id build_config_id name value",
    env_vars: "id build_config_id name value secret",
    variables: "id stack_id name value is_secret",
    pipelines:
        "id stack_id repository_id deployment_id commit_sha commit_message commit_author branch tag status plan error " +
        "triggered_by triggered_by_user retry_of retry_from runs_alone created_at started_at completed_at " +
        "cancel_requested_at cancel_reason attempt lease_owner lease_expires_at",
    jobs:
        "id pipeline_id position stage name image status allow_failure exit_code reason error started_at completed_at " +
        "attempt lines_before requested_at requested_by reused_from artifacts artifacts_expire_at",
    job_logs: "job_id first_seq last_seq tail",
    deployment_logs: "deployment_id first_seq last_seq tail",
    user_identities: "id username provider subject",
    stack_members: "id stack_id username role",
};

describe("the plugin's schema", () => {
    it.each(Object.entries(documented))("has the table %s with all its fields", async (table, fields) => {
        const { knex } = await openTestDatabase();

        const columns = Object.keys(await knex(table).columnInfo());

        expect(columns).toEqual(expect.arrayContaining(fields.split(" ")));
    });

    it("has its own migrations table", async () => {
        const { knex } = await openTestDatabase();

        expect(await knex("cicd_migrations").orderBy("id").pluck("name")).toEqual(
            cicdMigrations.map((migration) => migration.name),
        );
        expect(await knex.schema.hasTable("cicd_migrations_lock")).toBe(true);
    });

    it("can be taken back, step by step", async () => {
        const { knex } = await openTestDatabase();

        for (const migration of [...hostMigrations, ...cicdMigrations].reverse()) {
            await migration.down(knex);
        }

        const tables = await knex("sqlite_master").where({ type: "table" }).pluck("name");
        expect(tables.filter((name) => !/^(knex|cicd)_migrations|^sqlite_/.test(String(name)))).toEqual([]);
    });

    it("has runs of pipelines as they were before, once 0013 is taken back, and again after it", async () => {
        const { knex } = await openTestDatabase();
        const pipelineRuns = cicdMigrations.find(({ name }) => name === "0013-pipeline-runs");
        const tables = ["pipelines", "jobs", "job_logs"];
        const schema = (): Promise<unknown> =>
            knex("sqlite_master").whereIn("tbl_name", tables).orderBy("name").pluck("sql");
        const forth = await schema();

        await pipelineRuns?.down(knex);

        const back = Object.keys(await knex("pipelines").columnInfo());
        expect(back.join(" ")).toBe(
            "seq id stack_id repository_id deployment_id commit_sha branch status error created_at started_at completed_at",
        );
        expect(Object.keys(await knex("build_configs").columnInfo())).not.toContain("pipeline_branches");
        const old = { id: "p1", stack_id: "web", repository_id: "r", commit_sha: "c", branch: "main", created_at: "x" };
        await knex("pipelines").insert({ ...old, status: "successful" });

        await pipelineRuns?.up(knex);

        expect(await schema()).toEqual(forth);
        await expect(knex("jobs").insert({ id: "j1", pipeline_id: "p1" })).rejects.toThrow(/NOT NULL/);
    });

    it("keeps deployments and events when their repository is disconnected", async () => {
        const database = await openTestDatabase();
        const clock = createTestClock();
        const cipher = { encrypt: (text: string) => text, decrypt: (text: string) => text };
        const repositories = createRepositoryStore({ database, clock, cipher });
        const deployments = createDeploymentStore({ database, clock });
        const events = createWebhookEventStore({ database, clock });
        const { id: repositoryId } = await repositories.save(newRepository());
        await deployments.create(newDeployment({ repositoryId }));
        await events.createAll([newWebhookEvent({ repositoryId })]);

        await repositories.delete("web");

        expect(await deployments.list("web", 10)).toHaveLength(1);
        expect(await events.list("web", 10)).toHaveLength(1);
    });

    it("uses its indexes for the queue, the history and the deliveries", async () => {
        const { knex } = await openTestDatabase();
        const plan = async (sql: string): Promise<string> =>
            JSON.stringify(await knex.raw(`explain query plan ${sql}`));

        expect(
            await plan("select * from deployments where stack_id = 'a' and seq < 9 order by seq desc limit 2"),
        ).toMatch(/USING INDEX deployments_stack_id_seq_index/);
        expect(await plan("select min(seq) from deployments where status = 'pending'")).toMatch(/deployments_pending/);
        expect(await plan("select * from deployments where status = 'successful' and stack_id = 'a'")).toMatch(
            /deployments_live/,
        );
        expect(
            await plan("select seq from webhook_events where repository_id = 'a' order by seq desc limit 1 offset 500"),
        ).toMatch(/COVERING INDEX webhook_events_repository_id_seq_index/);
        expect(
            await plan(
                "select * from webhook_events where repository_id = 'a' and delivery_id = 'b' order by seq desc",
            ),
        ).toMatch(/webhook_events_delivery/);
    });
});

describe("stack states", () => {
    it("remember what a user wants, and nothing else", async () => {
        const states = createStackStateStore({ database: await openTestDatabase(), clock: createTestClock() });

        expect(await states.isStopped("web")).toBe(false);
        await states.setStopped("web", true);
        await states.setStopped("web", true);
        expect(await states.isStopped("web")).toBe(true);
        expect(await states.isStopped("shop")).toBe(false);
        await states.setStopped("web", false);
        expect(await states.isStopped("web")).toBe(false);
    });
});

describe.each(["deployments", "jobs"] as const)("log chunks of %s", (kind) => {
    it("are kept in order, each once", async () => {
        const chunks = createLogChunkStore({ database: await openTestDatabase(), clock: createTestClock() }, kind);
        const first = { logId: "d1", firstSeq: 1, lastSeq: 10, byteOffset: 0, byteLength: 100 };
        const second = { logId: "d1", firstSeq: 11, lastSeq: 20, byteOffset: 100, byteLength: 90, tail: "end" };

        await chunks.add(second);
        await chunks.add({ ...first, lastSeq: 9 });
        await chunks.add(first);
        await chunks.add({ ...first, logId: "d2" });

        expect(await chunks.list("d1")).toEqual([first, second]);
        await chunks.remove("d1");
        expect(await chunks.list("d1")).toEqual([]);
        expect(await chunks.list("d2")).toHaveLength(1);
    });
});
