import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { diskFiles } from "../../../../../backend/cicd/adapters/disk/files.ts";
import type { NewBuildConfig } from "../../../../../backend/cicd/core/build-config.ts";
import { checkOut } from "../../../../../backend/cicd/services/check-out.ts";
import { DeploymentRun } from "../../../../../backend/cicd/services/deployment-run.ts";
import { closeLeftRuns } from "../../../../../backend/cicd/services/pipelines/close-left-runs.ts";
import { createPipelineEngine } from "../../../../../backend/cicd/services/pipelines/pipeline-engine.ts";
import { createPipelinePhase } from "../../../../../backend/cicd/services/pipelines/pipeline-phase.ts";
import { withTimeLimit } from "../../../../../backend/cicd/services/time-limit.ts";
import { containing } from "../../../../support/containing.ts";
import { cancelled, gate, interrupted, openPipelineStage, outputOf, tip } from "../../../../support/pipeline-stage.ts";
import { plant, type Tree } from "../../../../support/release-files.ts";
import { deploymentAt } from "../../../../support/workshop.ts";

const compose = "services:\n  web:\n    build: .\n";
const two = "stages: [build, test]\nimage: x\ncompile: { stage: build, script: x }\nunit: { script: x }\n";

/** A deployment that has come to its pipeline. */
async function open(text: string | undefined, config: Partial<NewBuildConfig> = {}) {
    const pipeline: Tree = text === undefined ? {} : { "pipeline.yml": text };
    const stage = await openPipelineStage({ "compose.yaml": compose, Dockerfile: "", ...pipeline }, config);
    const { connection, deployments, logs } = stage;
    const woken: string[] = [];
    const runPhase = createPipelinePhase({ ...stage, wakePipelines: () => void woken.push("pipelines") });
    let record = await deploymentAt(stage, "building", { commitSha: tip });

    /** Once, or again after a restart. */
    async function enter(signal: AbortSignal = stage.stop.signal): Promise<string> {
        const log = await logs.open(record.id);
        const run = new DeploymentRun(stage, { record, log, signal, mask: (line) => line });
        try {
            return await withTimeLimit(signal, connection.config.timeout, async (limited, limit) => {
                const source = await checkOut(stage, run, connection, undefined, limited);
                await runPhase(run, { connection, source, signal: limited, limit });
                return source.workspace.worktree;
            });
        } finally {
            record = run.record;
            await log.close();
        }
    }

    return {
        ...stage,
        enter,
        woken,
        id: record.id,
        row: () => deployments.find(record.id),
        found: () => stage.pipelines.findOfDeployment(record.id),
        log: () => logs.read(record.id, { afterSeq: 0, limit: 2000 }),
    };
}

describe("the pipeline of a deployment", () => {
    it("is nothing where the commit has no pipeline file", async () => {
        const { enter, found, row } = await open(undefined);

        await enter();

        expect(await found()).toBeUndefined();
        expect(await row()).toMatchObject({ phase: "queued" });
    });

    it("runs in a phase of its own, and tells of it in the deployment's log", async () => {
        const { enter, found, row, log, executor, jobs } = await open(two);
        executor.arrange("unit", { output: ["ok"] });

        await enter();

        const run = await found();
        expect(run).toMatchObject({ status: "success", commitSha: tip, runsAlone: false });
        expect(await row()).toMatchObject({ phase: "pipeline" });
        const lines = await log();
        expect(lines.map(({ text }) => text)).toContainEqual(containing("compile"));
        expect(outputOf(lines, "unit")).toEqual(["ok"]);
        expect(lines.map(({ text }) => text)).toContainEqual(containing("Job unit succeeded in "));
        expect((await jobs(run?.id ?? ""))["unit"]).toMatchObject({ status: "success" });
    });

    it("fails the deployment with the job and its reason", async () => {
        const { enter, executor } = await open(two);
        executor.arrange("unit", { exitCode: 1 });

        await expect(enter()).rejects.toMatchObject({
            errorCode: "pipeline_failed",
            message: "Job unit failed with exit code 1.",
        });
    });

    it("is cancelled with the deployment, and cut off by its time limit", async () => {
        for (const config of [{}, { timeout: 1 }]) {
            const { enter, executor, stop, found } = await open(two, config);
            executor.arrange("compile", { until: gate().opened });
            const ended = enter();
            await expect.poll(() => executor.running()).toEqual(["compile"]);
            if (config.timeout === undefined) {
                stop.abort(cancelled);
            }

            const errorCode = config.timeout === undefined ? "cancelled" : "timeout";
            await expect(ended).rejects.toMatchObject({ errorCode });
            expect(await found()).toMatchObject({ status: "cancelled" });
            expect(executor.running()).toEqual([]);
        }
    });

    it("goes on after a restart where it was, and is not run again once it is over", async () => {
        const { enter, executor, stop, found, log } = await open(two);
        const { open: end, opened } = gate();
        executor.arrange("compile", { output: ["a"], until: opened, outputAfter: ["b"] });
        const first = enter();
        await expect.poll(() => executor.running()).toEqual(["compile"]);
        stop.abort(interrupted);
        await expect(first).rejects.toBe(interrupted);
        expect(await found()).toMatchObject({ status: "running" });
        end();

        await enter(new AbortController().signal);
        await enter(new AbortController().signal);

        expect(outputOf(await log(), "compile")).toEqual(["a", "b"]);
        expect(executor.tasks.map(({ name }) => name)).toEqual(["compile", "compile", "unit"]);
    });

    it("ends the run of another commit, and makes a new one", async () => {
        const { enter, executor, stop, found, pipelines, git } = await open(two);
        executor.arrange("compile", { until: gate().opened }, {});
        const first = enter();
        await expect.poll(() => executor.running()).toEqual(["compile"]);
        stop.abort(interrupted);
        await expect(first).rejects.toBe(interrupted);
        const old = await found();
        const other = "c".repeat(40);
        git.resolve = async () => ({ ...git.commit, sha: other });
        executor.arrange("compile", {});

        await enter(new AbortController().signal);

        expect(await pipelines.find(old?.id ?? "")).toMatchObject({ status: "cancelled" });
        expect(await found()).toMatchObject({ status: "success", commitSha: other });
        expect(executor.running()).toEqual([]);
    });

    it("takes the run that was prepared to repeat an earlier one", async () => {
        const { enter, executor, create, id, found } = await open(two);
        executor.arrange("unit", { exitCode: 1 }, {});
        await expect(enter()).rejects.toMatchObject({ errorCode: "pipeline_failed" });
        const first = await found();
        executor.arrange("unit", {});
        const prepared = await create({ deploymentId: id, retryOf: first?.id, runsAlone: false });

        await enter();

        expect(await found()).toMatchObject({ id: prepared.id, status: "success" });
        expect(executor.tasks.map(({ name }) => name)).toEqual(["compile", "unit", "unit"]);
    });

    it("is told with the deployment as soon as it begins", async () => {
        const { enter, found, announced } = await open(two);

        await enter();

        const run = await found();
        expect(announced.find(({ phase, pipelineId }) => phase === "pipeline" && pipelineId === run?.id)).toMatchObject(
            {
                status: "building",
            },
        );
    });

    it("stays failed where somebody has opened the run again meanwhile", async () => {
        const text = `${two}ship: { stage: build, when: manual, script: x }\n`;
        const { enter, executor, found, jobs, pipelines } = await open(text);
        executor.arrange("unit", { exitCode: 1 });
        await expect(enter()).rejects.toMatchObject({ errorCode: "pipeline_failed" });
        const run = await found();
        await pipelines.requestJob((await jobs(run?.id ?? ""))["ship"]?.id ?? "", "ada");

        expect(await found()).toMatchObject({ status: "pending", runsAlone: true });
        await expect(enter()).rejects.toMatchObject({ errorCode: "pipeline_failed" });
    });

    it("leaves a manual job that is started at its last moment to whoever runs such jobs", async () => {
        const { enter, executor, found, jobs, pipelines, woken } = await open(
            `${two}ship: { when: manual, script: x }\n`,
        );
        executor.close = async () => {
            const run = await found();
            await pipelines.requestJob((await jobs(run?.id ?? ""))["ship"]?.id ?? "", "ada");
        };

        await enter();

        expect(await found()).toMatchObject({ status: "pending", runsAlone: true });
        expect(woken).toEqual(["pipelines"]);
    });

    it("hands artifacts on into the deployment's worktree", async () => {
        const { enter, executor } = await open(two.replace("x }", "x, artifacts: { paths: [dist] } }"));
        executor.arrange("compile", { act: ({ workspace }) => plant(workspace, { "dist/app.js": "built" }) });

        const worktree = await enter();

        expect(await diskFiles.readText(worktree, "dist/app.js")).toBe("built");
    });

    it("refuses artifacts that change the compose files", async () => {
        const { enter, executor } = await open(two.replace("x }", "x, artifacts: { paths: [compose.yaml] } }"));
        const changed = { "compose.yaml": "services:\n  web:\n    build: .\n    privileged: true\n" };
        executor.arrange("compile", { act: ({ workspace }) => plant(workspace, changed) });

        await expect(enter()).rejects.toMatchObject({
            errorCode: "not_contained",
            message: containing("An artifact of the pipeline changed the compose files"),
        });
    });

    it("waits for a person without using up its time, and says so", async () => {
        const text = two.replace("x }", "x, when: manual, allow_failure: false }");
        const { enter, row, found, jobs, pipelines, runningPipelines, log } = await open(text, { timeout: 1 });
        const ended = enter();
        await expect.poll(async () => (await row())?.note).toBe("waits for somebody to start compile");
        await new Promise((resolve) => setTimeout(resolve, 1200));
        const run = await found();
        await pipelines.requestJob((await jobs(run?.id ?? ""))["compile"]?.id ?? "", "ada");
        runningPipelines.changed(run?.id ?? "");

        await ended;

        expect((await row())?.note).toBeUndefined();
        expect((await log()).map((line) => line.text)).toContain("Waiting for somebody to start compile.");
    });
});

describe("runs that nobody goes on with", () => {
    it("end with their deployment", async () => {
        const { create, id, ...stage } = await open(two);
        const prepared = await create({ deploymentId: id, runsAlone: false });
        const announce = createPipelineEngine(stage).announcing(() => undefined);
        const ended = await stage.deployments.transition(id, "building", "cancelled");
        announce(ended ?? (await deploymentAt(stage, "cancelled")));

        await expect.poll(() => stage.pipelines.find(prepared.id)).toMatchObject({ status: "cancelled" });
    });

    it("are removed at a start, with what the database does not know; what goes on stays", async () => {
        const { create, id, executor, pipelines, workspacesDirectory, ...stage } = await open(two);
        const other = await deploymentAt(stage, "failed");
        const left = await create({ deploymentId: other.id, runsAlone: false });
        const active = await create({ deploymentId: id, runsAlone: false });
        const alone = await create();
        await diskFiles.makeDirectory(join(workspacesDirectory, `shop-abc-unknown`));
        executor.listRuns = async () => [left.id, active.id, alone.id, "unknown"];

        await closeLeftRuns({ ...stage, executor, pipelines, workspacesDirectory });

        expect(await pipelines.find(left.id)).toMatchObject({ status: "cancelled" });
        expect(executor.closed.map(({ runId }) => runId)).toEqual([left.id, left.id, "unknown"]);
        expect(executor.closed.at(-1)?.workspace).toBe(join(workspacesDirectory, "shop-abc-unknown"));
    });
});
