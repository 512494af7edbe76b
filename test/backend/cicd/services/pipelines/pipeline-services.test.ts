import { describe, expect, it } from "vitest";
import type { NewJob, NewPipeline } from "../../../../../backend/cicd/core/pipeline-run.ts";
import { createEnqueue } from "../../../../../backend/cicd/services/enqueue-deployment.ts";
import { retryPipeline } from "../../../../../backend/cicd/services/pipelines/retry-pipeline.ts";
import { createRunningDeployments } from "../../../../../backend/cicd/services/running-deployments.ts";
import { containing } from "../../../../support/containing.ts";
import { admin, createEdge } from "../../../../support/edge.ts";
import { noPipelines } from "../../../../support/no-pipelines.ts";
import { mustPlan } from "../../../../support/pipeline-text.ts";
import { newPipeline } from "../../../../support/pipelines.ts";
import { newBuildConfig, newRepository } from "../../../../support/records.ts";

const text = [
    "stages: [build, test]",
    "image: node:20",
    "compile: { stage: build, script: make }",
    "unit: { stage: test, script: npm test }",
    "preview: { stage: test, when: manual, script: up }",
    "",
].join("\n");

const commitSha = "c".repeat(40);

async function open() {
    const edge = await createEdge();
    const { repositories, buildConfigs, pipelines, deployments } = edge.stores;
    const repository = await repositories.save(newRepository({ stackId: "shop" }));
    await buildConfigs.save(newBuildConfig({ stackId: "shop", repositoryId: repository.id }));

    /** A run whose jobs stand as they are given; it has ended unless it is `running`. */
    async function runAt(
        status: "running" | "success" | "failed" | "cancelled",
        jobs: Partial<Record<string, NewJob["status"]>>,
        fields: Partial<NewPipeline> = {},
    ) {
        const plan = await mustPlan(text);
        const { id } = await pipelines.create(
            newPipeline({ stackId: "shop", repositoryId: repository.id, branch: "feature/a", commitSha, ...fields }),
        );
        const rows = plan.jobs.map(({ name, stage, image, allowFailure }) => ({
            ...{ name, stage, image, allowFailure },
            status: jobs[name] ?? ("pending" as const),
        }));
        await pipelines.begin(id, plan, rows, "2026-01-31T12:00:00.000Z");
        if (status !== "running") {
            await pipelines.update(id, { status });
        }
        return id;
    }
    const jobOf = async (id: string, name: string) =>
        (await edge.services.findPipeline(id)).jobs.find((job) => job.name === name) ?? expect.fail("no such job");
    const call = (id: string) => ({ id, caller: admin });
    return { ...edge, repository, pipelines, deployments, runAt, jobOf, call };
}

const done = { compile: "success", unit: "success" } as const;

describe("looking at runs", () => {
    it("shows jobs with their lines, and which manual ones can be started", async () => {
        const { services, runAt } = await open();

        const view = await services.findPipeline(await runAt("running", { compile: "success", unit: "running" }));

        expect(view).toMatchObject({
            stages: ["build", "test"],
            status: "running",
            waiting: false,
            branch: "feature/a",
        });
        expect(view.jobs.map(({ name, canStart, waitsFor, when }) => [name, canStart, waitsFor, when])).toEqual([
            ["compile", false, [], "on_success"],
            ["unit", false, ["compile"], "on_success"],
            ["preview", true, ["compile"], "manual"],
        ]);
        expect(view).not.toHaveProperty("leaseOwner");
        expect(view).not.toHaveProperty("plan");
    });

    it("lists them by branch, and all branches", async () => {
        const { services, runAt } = await open();
        const a = await runAt("success", done);
        const b = await runAt("success", done, { branch: "b" });

        const all = await services.listPipelines("shop", { limit: 1 });
        expect(all).toMatchObject({ items: [{ id: b }], nextCursor: b });
        expect(all.branches.toSorted()).toEqual(["b", "feature/a"]);
        const ofA = await services.listPipelines("shop", { limit: 10, branch: "feature/a" });
        expect(ofA.items.map(({ id }) => id)).toEqual([a]);
        await expect(services.listPipelines("nowhere", { limit: 10 })).rejects.toMatchObject({ code: "not_found" });
    });
});

describe("starting one by hand", () => {
    it("queues a run of what is asked for", async () => {
        const { services, pipelines } = await open();

        const run = await services.triggerPipeline({ stack: "shop", request: { branch: "dev" }, caller: admin });

        expect(run).toMatchObject({
            branch: "dev",
            status: "pending",
            triggeredBy: "manual",
            triggeredByUser: "admin",
        });
        expect(run).not.toHaveProperty("deploymentId");
        expect(await pipelines.claim("server", 30)).toMatchObject({ id: run.id, runsAlone: true });
    });

    it("refuses branch and tag at once, and a stack without repository", async () => {
        const { services } = await open();
        const trigger = (stack: string, request: object) => services.triggerPipeline({ stack, request, caller: admin });

        await expect(trigger("shop", { branch: "a", tag: "v1" })).rejects.toMatchObject({ code: "invalid" });
        await expect(trigger("old", {})).rejects.toMatchObject({ code: "not_found" });
    });
});

describe("a manual job", () => {
    it("is started once, and its run waits to go on after it has ended", async () => {
        const { services, runAt, jobOf, call, pipelines } = await open();
        const id = await runAt("success", done);
        const { id: job } = await jobOf(id, "preview");

        expect(await services.startJob(call(job))).toMatchObject({ id, status: "pending" });

        expect(await jobOf(id, "preview")).toMatchObject({ canStart: false, startedBy: "admin" });
        expect(await pipelines.claim("server", 30)).toMatchObject({ id });
        await expect(services.startJob(call(job))).rejects.toMatchObject({
            code: "conflict",
            message: "job: it was started already",
        });
    });

    it.each([
        ["is not manual", { compile: "success" }, "unit", "it is not manual"],
        ["waits for others", {}, "preview", "the jobs that it waits for have not ended yet"],
    ] as const)("is refused where it %s", async (_, jobs, name, why) => {
        const { services, runAt, jobOf, call } = await open();
        const id = await runAt("running", jobs);

        await expect(services.startJob(call((await jobOf(id, name)).id))).rejects.toMatchObject({
            code: "conflict",
            message: containing(why),
        });
    });

    it("is refused after a failure, and after a cancel", async () => {
        const { services, runAt, jobOf, call } = await open();
        const failed = await runAt("failed", { compile: "failed" });
        const cancelled = await runAt("cancelled", done);

        for (const id of [failed, cancelled]) {
            const { id: job } = await jobOf(id, "preview");
            await expect(services.startJob(call(job))).rejects.toMatchObject({ code: "conflict" });
        }
    });
});

describe("cancelling", () => {
    it("ends a run that waits at once", async () => {
        const { services, call } = await open();
        const { id } = await services.triggerPipeline({ stack: "shop", request: {}, caller: admin });

        expect(await services.cancelPipeline(call(id))).toMatchObject({
            status: "cancelled",
            error: "Cancelled by admin.",
        });
        await expect(services.cancelPipeline(call(id))).rejects.toMatchObject({ code: "conflict" });
    });

    it("asks a run that runs to end", async () => {
        const { services, call, runAt, runningPipelines, pipelines } = await open();
        const id = await runAt("running", {});
        const signal = runningPipelines.begin(id);

        await services.cancelPipeline(call(id));

        expect(signal.reason).toMatchObject({ errorCode: "cancelled", message: "Cancelled by admin." });
        expect(await pipelines.find(id)).toMatchObject({ cancelReason: "Cancelled by admin." });
    });

    it("of a deployment's run cancels the deployment", async () => {
        const { services, call, runAt, deployments } = await open();
        const deployment = await services.triggerDeployment({ stack: "shop", request: {}, caller: admin });
        const id = await runAt("running", {}, { deploymentId: deployment.id, runsAlone: false });

        await services.cancelPipeline(call(id));

        expect(await deployments.find(deployment.id)).toMatchObject({ status: "cancelled" });
    });
});

describe("repeating", () => {
    it("makes a new run of the same commit, from a job on", async () => {
        const { services, call, runAt, pipelines } = await open();
        const id = await runAt("failed", { compile: "success", unit: "failed" });

        const again = await services.retryPipeline({ ...call(id), job: "unit" });

        expect(again).toMatchObject({ status: "pending", branch: "feature/a", commitSha, retryOf: id });
        expect(await pipelines.find(again.id)).toMatchObject({ retryFrom: "unit", runsAlone: true });
    });

    it.each([
        ["runs still", "running", {}, undefined, "conflict"],
        ["has no such job", "failed", { unit: "failed" }, "deploy", "invalid"],
        ["went well", "success", done, undefined, "conflict"],
    ] as const)("is refused where it %s", async (_, status, jobs, job, code) => {
        const { services, call, runAt } = await open();
        const id = await runAt(status, jobs);

        await expect(services.retryPipeline({ ...call(id), job })).rejects.toMatchObject({ code });
    });

    it("of a deployment's run deploys its commit again, with a run that the deployment finds", async () => {
        const { services, call, runAt, deployments, pipelines } = await open();
        const id = await runAt(
            "failed",
            { compile: "success", unit: "failed" },
            { deploymentId: "d1", branch: "main" },
        );

        const again = await services.retryPipeline(call(id));

        const [deployment] = await deployments.list("shop", 1);
        expect(deployment).toMatchObject({ commitSha, branch: "main", status: "pending", triggeredBy: "manual" });
        expect(again).toMatchObject({ deploymentId: deployment?.id, retryOf: id });
        expect(await pipelines.findOfDeployment(deployment?.id ?? "")).toMatchObject({
            id: again.id,
            runsAlone: false,
        });
        await expect(services.retryPipeline(call(id))).rejects.toMatchObject({
            message: containing("is being deployed already"),
        });
    });

    it("has made the deployment's run before anybody can take or hear of the deployment", async () => {
        const { stores, runAt, deployments, pipelines } = await open();
        const id = await runAt("failed", { compile: "failed" }, { deploymentId: "d1", branch: "main" });
        const announced: (string | undefined)[] = [];
        const taken: Promise<unknown>[] = [];
        const enqueue = createEnqueue({
            ...{ deployments, running: createRunningDeployments() },
            announce: ({ pipelineId }) => void announced.push(pipelineId),
            wake: () => void taken.push(findOfClaimed()),
        });
        const findOfClaimed = async () => pipelines.findOfDeployment((await deployments.claim("me", 30))?.id ?? "");

        const again = await retryPipeline(
            { ...stores, enqueue, enqueuePipeline: noPipelines },
            { id, job: "compile", caller: admin },
        );

        expect(announced).toEqual([again.id]);
        expect(await Promise.all(taken)).toMatchObject([{ id: again.id, retryOf: id, retryFrom: "compile" }]);
        expect(await deployments.find(again.deploymentId ?? "")).toMatchObject({ pipelineId: again.id });
    });

    it("leaves what waits for a newer commit of the branch in its place", async () => {
        const { services, call, runAt, pipelines } = await open();
        const id = await runAt("failed", { compile: "success", unit: "failed" });
        const newer = await services.triggerPipeline({
            stack: "shop",
            request: { branch: "feature/a" },
            caller: admin,
        });

        await services.retryPipeline(call(id));

        expect(await pipelines.find(newer.id)).toMatchObject({ status: "pending" });
    });

    it("is refused for a deployment's run while the stack is pinned", async () => {
        const { services, call, runAt, stores } = await open();
        const live = await stores.deployments.create({ ...(await baseDeployment(stores)), status: "successful" });
        await stores.stackStates.setPin("shop", { deploymentId: live.id, by: "ada", at: "2026-01-31T12:00:00.000Z" });
        const id = await runAt("failed", { compile: "failed" }, { deploymentId: "d1", branch: "main" });

        await expect(services.retryPipeline(call(id))).rejects.toMatchObject({
            code: "conflict",
            message: containing("pinned"),
        });
    });
});

async function baseDeployment({ repositories }: Awaited<ReturnType<typeof createEdge>>["stores"]) {
    const repository = await repositories.findByStack("shop");
    return {
        ...{
            stackId: "shop",
            buildConfigId: "config-1",
            repositoryId: repository?.id ?? "",
            commitSha,
            branch: "main",
        },
        tag: undefined,
        triggeredBy: "manual" as const,
    };
}

describe("logs", () => {
    it("of a job that was taken over are those of the run that it ran in", async () => {
        const { services, runAt, jobOf, jobLogs, pipelines, repository } = await open();
        const first = await jobOf(await runAt("success", done), "unit");
        jobLogs.write(first.id, ["one", "two"], { phase: "pipeline" });
        const { id } = await pipelines.create(newPipeline({ stackId: "shop", repositoryId: repository.id }));
        const plan = await mustPlan(text);
        const row = { name: "unit", stage: "test", image: "x", allowFailure: false, status: "success" as const };
        await pipelines.begin(id, plan, [{ ...row, reusedFrom: first.id }], "2026-01-31T12:00:00.000Z");
        const second = await jobOf(id, "unit");

        const lines = await services.readPipelineLog(second.id, { afterSeq: 0, limit: 10 });

        expect(lines.map((line) => line.text)).toEqual(["one", "two"]);
    });

    it("of a deployment's run are its part of the deployment's log", async () => {
        const { services, runAt, logs } = await open();
        logs.write("d1", ["fetched"], { phase: "fetching" });
        logs.write("d1", ["tested"], { phase: "pipeline" });
        const id = await runAt("success", done, { deploymentId: "d1" });

        const shown: string[] = [];
        for await (const lines of (await services.openPipelineLog(id)).read()) {
            shown.push(...lines.map((line) => line.text));
        }

        expect(shown).toEqual(["tested"]);
        await expect(services.readPipelineLog(id, { limit: 10 })).rejects.toMatchObject({ code: "invalid" });
    });
});
