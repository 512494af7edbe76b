import { describe, expect, it, onTestFinished } from "vitest";
import type { NewBuildConfig } from "../../../../../backend/cicd/core/build-config.ts";
import type { NewPipeline, PipelineRecord } from "../../../../../backend/cicd/core/pipeline-run.ts";
import { createPipelineWorker } from "../../../../../backend/cicd/services/pipelines/pipeline-worker.ts";
import { startJob } from "../../../../../backend/cicd/services/pipelines/start-job.ts";
import { AppError } from "../../../../../common/errors.ts";
import { admin } from "../../../../support/edge.ts";
import { gate, openPipelineStage, tip } from "../../../../support/pipeline-stage.ts";
import { containing } from "../../../../support/containing.ts";
import { until } from "../../../../support/until.ts";

const text = "image: node:20\nunit: { script: npm test }\n";
const manual = "image: node:20\nunit: { script: npm test }\npreview: { stage: deploy, when: manual, script: up }\n";

async function open(
    pipeline: string | null = text,
    config: Partial<NewBuildConfig> = {},
    fields: Partial<NewPipeline> = {},
) {
    const stage = await openPipelineStage(pipeline === null ? {} : { "pipeline.yml": pipeline }, config);
    stage.git.readFile = async () => pipeline ?? undefined;
    const begin = (owner: string) => createPipelineWorker({ ...stage, owner, concurrency: 2 });
    const { worker, enqueuePipeline } = begin("server-1");
    onTestFinished(() => worker.stop());
    const create = (more: Partial<NewPipeline> = {}): Promise<PipelineRecord> =>
        stage.create({ branch: "feature/a", commitSha: "", ...fields, ...more });
    const find = async (id: string) => (await stage.pipelines.find(id)) ?? expect.fail("it is gone");
    const ended = (id: string) =>
        until(async () => !["pending", "running"].includes((await find(id)).status)).then(() => find(id));
    const texts = async (id: string) => (await stage.lines(id)).map((line) => line.text);
    return { ...stage, worker, begin, enqueuePipeline, create, find, ended, texts };
}

describe("a run without a deployment", () => {
    it("fetches its branch, runs the jobs of its commit, and ends", async () => {
        const { create, worker, ended, texts, executor, jobs } = await open();
        const { id } = await create();

        worker.wake();

        expect(await ended(id)).toMatchObject({
            status: "success",
            commitSha: tip,
            commitAuthor: "Ada",
            startedAt: containing(""),
            completedAt: containing(""),
        });
        expect(executor.tasks.map(({ name }) => name)).toEqual(["unit"]);
        expect((await jobs(id))["unit"]).toMatchObject({ status: "success" });
        expect(await texts(id)).toContain("Fetching branch feature/a of https://git.example/o/web.git");
    });

    it("gets no secrets on a branch that would not deploy, and those of its own branch", async () => {
        const secret = { name: "KEY", value: "s3cret-value", secret: true };
        const plain = { name: "MODE", value: "test", secret: false };
        const { create, worker, ended, executor, texts } = await open(text, { environmentVariables: [secret, plain] });
        const feature = await create();
        const own = await create({ branch: "main" });

        worker.wake();
        await ended(feature.id);
        await ended(own.id);

        const given = (runId: string) => executor.tasks.find((task) => task.runId === runId)?.environment;
        expect(given(feature.id)).toMatchObject({ MODE: "test", CICD_BRANCH: "feature/a" });
        expect(given(feature.id)).not.toHaveProperty("KEY");
        expect(given(own.id)).toMatchObject({ KEY: "s3cret-value" });
        expect((await texts(feature.id)).join()).toContain("Without the secrets KEY");
    });

    it("is skipped where its branch has no pipeline", async () => {
        const { create, worker, ended, executor, texts } = await open(null);
        const { id } = await create();

        worker.wake();

        const error = "Commit aaaaaaa has no pipeline.yml: there is nothing to run.";
        expect(await ended(id)).toMatchObject({ status: "skipped", error });
        expect(await texts(id)).toContain(error);
        expect(executor.tasks).toEqual([]);
    });

    it.each([
        ["webhook", "skipped"],
        ["scheduled", "skipped"],
        ["manual", "success"],
    ] as const)("of %s whose commit says [skip ci] is %s", async (triggeredBy, status) => {
        const { create, worker, ended, git } = await open();
        git.commit = { ...git.commit, message: "Docs [skip ci]" };
        const { id } = await create({ triggeredBy });

        worker.wake();

        expect(await ended(id)).toMatchObject({ status });
    });

    it("fails with a sentence where it cannot be fetched, or nothing is connected any more", async () => {
        const { create, worker, ended, git } = await open();
        git.failure = new AppError("unavailable", "url: the host cannot be reached; try again");
        const first = await create();
        const other = await create({ branch: "b", repositoryId: "another" });

        worker.wake();

        expect(await ended(first.id)).toMatchObject({
            status: "failed",
            error: "url: the host cannot be reached; try again",
        });
        expect(await ended(other.id)).toMatchObject({
            status: "failed",
            error: "The stack's repository was disconnected meanwhile.",
        });
    });

    it("that is cancelled ends its jobs", async () => {
        const { create, worker, ended, executor, runningPipelines, pipelines, jobs } = await open();
        executor.arrange("unit", { until: new Promise(() => undefined) });
        const { id } = await create();
        worker.wake();
        await until(() => executor.running().length === 1);

        await pipelines.requestCancel(id, "Cancelled by ada.");
        runningPipelines.abort(id, { errorCode: "cancelled", message: "Cancelled by ada." });

        expect(await ended(id)).toMatchObject({ status: "cancelled", error: "Cancelled by ada." });
        expect((await jobs(id))["unit"]).toMatchObject({ status: "cancelled" });
    });

    it("is left by a shutdown, and followed on at the next start", async () => {
        const { create, worker, begin, ended, executor, find, jobs } = await open();
        const { open: finish, opened } = gate();
        executor.arrange("unit", { output: ["one"], until: opened, outputAfter: ["two"] });
        const { id } = await create();
        worker.wake();
        await until(() => executor.running().length === 1);

        await worker.stop();

        expect(executor.running()).toEqual(["unit"]);
        expect((await find(id)).status).toBe("running");
        expect((await find(id)).leaseOwner).toBeUndefined();
        const next = begin("server-2").worker;
        onTestFinished(() => next.stop());
        expect(await next.resume()).toBe(1);
        finish();
        expect(await ended(id)).toMatchObject({ status: "success", attempt: 2 });
        expect((await jobs(id))["unit"]).toMatchObject({ attempt: 1, status: "success" });
    });

    it("goes on from the start where a crash came before its pipeline was read", async () => {
        const { create, begin, ended, pipelines, executor } = await open();
        const { id } = await create();
        await pipelines.claim("server-0", 30);
        await pipelines.update(id, { status: "running" });

        const { worker } = begin("server-2");
        onTestFinished(() => worker.stop());
        expect(await worker.resume()).toBe(1);

        expect(await ended(id)).toMatchObject({ status: "success" });
        expect(executor.tasks).toHaveLength(1);
    });

    it("runs a manual job after its end", async () => {
        const { create, worker, ended, pipelines, runningPipelines, jobs, executor } = await open(manual);
        const { id } = await create();
        worker.wake();
        await ended(id);
        const job = (await jobs(id))["preview"]?.id ?? "";

        await startJob({ pipelines, runningPipelines, wakePipelines: () => worker.wake() }, { id: job, caller: admin });

        await until(async () => (await jobs(id))["preview"]?.status === "success");
        expect(await ended(id)).toMatchObject({ status: "success" });
        expect(executor.tasks.map(({ name }) => name)).toEqual(["unit", "preview"]);
    });
});

describe("the queue of runs that run alone", () => {
    it("runs no more at once than it may", async () => {
        const { create, worker, ended, executor } = await open();
        const { open: finish, opened } = gate();
        executor.arrange("unit", { until: opened });
        const runs = [await create(), await create({ branch: "b" }), await create({ branch: "c" })];

        worker.wake();
        await until(() => executor.running().length === 2);
        finish();
        await Promise.all(runs.map(({ id }) => ended(id)));

        expect(executor.mostAtOnce()).toBe(2);
    });

    it("ends what waits for a branch when a newer push comes", async () => {
        const { enqueuePipeline, connection, find, executor, create, worker, ended } = await open();
        const { open: finish, opened } = gate();
        executor.arrange("unit", { until: opened });
        const busy = [await create({ branch: "x" }), await create({ branch: "y" })];
        worker.wake();
        await until(() => executor.running().length === 2);
        const push = (commit: string, name = "feature/a") =>
            enqueuePipeline({
                repository: connection.repository,
                ref: { type: "branch", name },
                commit,
                triggeredBy: "webhook",
            });

        const pushed = await Promise.all([push("1".repeat(40)), push("2".repeat(40)), push("2".repeat(40), "b")]);

        const states = async () => Promise.all(pushed.map(async ({ pipeline }) => (await find(pipeline.id)).status));
        expect(await states()).toEqual(["cancelled", "pending", "pending"]);
        finish();
        await Promise.all([...busy, ...pushed.map(({ pipeline }) => pipeline)].map(({ id }) => ended(id)));
        expect(await states()).toEqual(["cancelled", "success", "success"]);
    });
});
