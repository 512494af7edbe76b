import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { diskFiles } from "../../../../../backend/cicd/adapters/disk/files.ts";
import { AppError } from "../../../../../common/errors.ts";
import { containing } from "../../../../support/containing.ts";
import { cancelled, gate, interrupted, openPipelineStage, outputOf, tip } from "../../../../support/pipeline-stage.ts";
import { plant } from "../../../../support/release-files.ts";

const two =
    "stages: [build, test]\nimage: node:20\ncompile: { stage: build, script: make }\nunit: { script: npm test }\n";

const open = (text: string, ...rest: [object?]) => openPipelineStage({ "pipeline.yml": text }, ...rest);

describe("running a pipeline", () => {
    it("runs the jobs in order and writes down how they ended", async () => {
        const { create, run, executor, jobs, pipelines, announcedRuns } = await open(two);
        const record = await create();

        expect(await run(record)).toMatchObject({ status: "success", record: { status: "success" } });

        expect(executor.tasks.map(({ name, attempt }) => [name, attempt])).toEqual([
            ["compile", 1],
            ["unit", 1],
        ]);
        const { compile, unit } = await jobs(record.id);
        expect(compile).toMatchObject({ status: "success", exitCode: 0, attempt: 1, startedAt: containing("T") });
        expect(unit).toMatchObject({ status: "success", completedAt: containing("T") });
        expect(await pipelines.find(record.id)).toMatchObject({ status: "success", startedAt: containing("T") });
        expect(announcedRuns).toContain(record.id);
    });

    it("gives all jobs one workspace of the exact commit, and removes it with everything else", async () => {
        const { create, run, executor, workspacesDirectory } = await open(two);
        const seen: string[] = [];
        executor.arrange("compile", { act: ({ workspace }) => plant(workspace, { "made.txt": "by compile" }) });
        executor.arrange("unit", {
            act: async ({ workspace }) => seen.push((await diskFiles.readText(workspace, "made.txt")) ?? "nothing"),
        });
        const record = await create();

        await run(record);

        expect(seen).toEqual(["by compile"]);
        const root = join(workspacesDirectory, `shop-${tip.slice(0, 12)}-${record.id}`);
        expect(executor.tasks[0]?.workspace).toBe(join(root, "worktree"));
        expect(executor.closed).toEqual([{ runId: record.id, workspace: root }]);
        expect(await diskFiles.names(workspacesDirectory)).toEqual([]);
    });

    it("fails with the first job that failed, and skips what comes after", async () => {
        const { create, run, executor, jobs, lines } = await open(two);
        executor.arrange("compile", { exitCode: 3 });
        const record = await create();

        const error = "Job compile failed with exit code 3.";
        expect(await run(record)).toMatchObject({ status: "failed", error, record: { status: "failed", error } });

        const rows = await jobs(record.id);
        expect(rows["compile"]).toMatchObject({ status: "failed", reason: "script", exitCode: 3 });
        expect(rows["unit"]).toMatchObject({ status: "skipped" });
        expect((await lines(record.id)).map(({ text }) => text)).toContain("Job compile failed with exit code 3");
    });

    it("goes on after a job that may fail", async () => {
        const { create, run, executor, jobs } = await open(two.replace("make }", "make, allow_failure: true }"));
        executor.arrange("compile", { exitCode: 1 });
        const record = await create();

        expect(await run(record)).toMatchObject({ status: "success" });

        expect((await jobs(record.id))["compile"]).toMatchObject({ status: "failed" });
        expect((await jobs(record.id))["unit"]).toMatchObject({ status: "success" });
    });

    it("tries a job again for the reasons that it names, and keeps the lines of every try", async () => {
        const { create, run, executor, jobs, lines } = await open(
            two.replace("npm test }", "npm test, retry: { max: 2, when: script } }"),
        );
        executor.arrange("unit", { output: ["one", "two"], exitCode: 1 }, { output: ["three"] });
        const record = await create();

        expect(await run(record)).toMatchObject({ status: "success" });

        const { unit } = await jobs(record.id);
        expect(unit).toMatchObject({ status: "success", attempt: 2, linesBefore: 2, exitCode: 0 });
        expect(unit?.reason).toBeUndefined();
        expect(outputOf(await lines(unit?.id ?? ""))).toEqual(["one", "two", "three"]);
        expect(outputOf(await lines(record.id), "unit")).toEqual(["one", "two", "three"]);
    });

    it("does not try again for another reason", async () => {
        const { create, run, executor } = await open(
            two.replace("npm test }", "npm test, retry: { max: 2, when: timeout } }"),
        );
        executor.arrange("unit", { exitCode: 1 });

        expect(await run(await create())).toMatchObject({ status: "failed" });

        expect(executor.tasks).toHaveLength(2);
    });

    it("fails a job whose engine stays away, with the reason", async () => {
        const { create, run, executor, clock, jobs } = await open(two);
        executor.arrange("compile", { rejects: new AppError("unavailable", "the engine does not answer") });
        const record = await create();
        const ended = run(record);
        let tries = 0;
        for (const seconds of [1, 2, 4, 8, 15]) {
            await expect.poll(() => executor.tasks.length, { interval: 1 }).toBe(++tries);
            clock.advance(seconds * 1000);
        }

        expect(await ended).toMatchObject({ status: "failed", error: containing("the engine does not answer") });
        expect((await jobs(record.id))["compile"]).toMatchObject({ reason: "system" });
    });

    it("tells every mistake of the file, and runs nothing", async () => {
        const { create, run, executor, lines } = await open("unit: { image: x }\nlint: { script: x }\n");
        const record = await create();

        const end = await run(record);

        expect(end).toMatchObject({ status: "failed", error: containing("pipeline.yml has 2 mistakes") });
        expect(executor.tasks).toEqual([]);
        expect((await lines(record.id)).filter(({ text }) => text.startsWith("pipeline.yml:"))).toHaveLength(2);
    });

    it("never reads a pipeline file outside of the repository", async () => {
        const { create, run, directory, git } = await open(two);
        await plant(directory, { "outside.yml": two });
        git.addWorktree = (_remote, _commit, worktree) =>
            plant(worktree, { "pipeline.yml": "-> ../../../outside.yml" });

        expect(await run(await create())).toMatchObject({ status: "failed", error: containing("pipeline.yml") });
    });

    it("hands secrets to jobs of trusted refs only, and says so", async () => {
        const environmentVariables = [
            { name: "TOKEN", value: "s3cret-token", secret: true },
            { name: "MODE", value: "fast", secret: false },
        ];
        const { create, run, executor, lines } = await open(two, { environmentVariables });
        executor.arrange("compile", { output: ["the token is s3cret-token"] });
        const trusted = await create();
        await run(trusted);
        const other = await create({ branch: "feature" });
        await run(other);
        const deployed = await create({ branch: "feature", deploymentId: "deployment-1" });
        await run(deployed);

        const [ofTrusted, , ofOther, , ofDeployed] = executor.tasks;
        expect(ofTrusted?.environment).toMatchObject({ TOKEN: "s3cret-token", MODE: "fast", CI: "true" });
        expect(ofOther?.environment).toMatchObject({ MODE: "fast", CICD_BRANCH: "feature", CICD_JOB_NAME: "compile" });
        expect(ofOther?.environment).not.toHaveProperty("TOKEN");
        expect(ofDeployed?.environment).toHaveProperty("TOKEN");
        const texts = (await lines(other.id)).map(({ text }) => text);
        expect(texts).toContainEqual(containing("Without the secrets TOKEN"));
        expect(outputOf(await lines(trusted.id))).toEqual(["the token is ***"]);
    });

    it("masks secrets in the names of the files that a job leaves", async () => {
        const text = two.replace("make }", "make, artifacts: { paths: [out] } }");
        const { create, run, executor, jobs } = await open(text, {
            environmentVariables: [{ name: "TOKEN", value: "s3cret-token", secret: true }],
        });
        executor.arrange("compile", {
            act: ({ workspace }) => plant(workspace, { "out/s3cret-token": "x" }),
        });
        const record = await create();
        await run(record);
        expect((await jobs(record.id))["compile"]?.artifacts?.paths).toEqual(["out/***"]);
    });

    it("ends the jobs when it is cancelled", async () => {
        const { create, run, executor, stop, jobs } = await open(two);
        executor.arrange("compile", { until: gate().opened });
        const record = await create();
        const ended = run(record);
        await expect.poll(() => executor.running()).toEqual(["compile"]);
        stop.abort(cancelled);

        expect(await ended).toMatchObject({ status: "cancelled", error: "Cancelled by ada." });

        expect(executor.running()).toEqual([]);
        const rows = await jobs(record.id);
        expect([rows["compile"]?.status, rows["unit"]?.status]).toEqual(["cancelled", "cancelled"]);
    });

    it("leaves the jobs running when the server stops, and follows them on", async () => {
        const { create, run, executor, stop, pipelines, jobs, lines, workspacesDirectory } = await open(two);
        const { open: end, opened } = gate();
        executor.arrange("compile", { output: ["a", "b"], until: opened, outputAfter: ["c"] });
        const record = await create();
        const first = run(record);
        await expect.poll(() => executor.running()).toEqual(["compile"]);
        stop.abort(interrupted);
        await expect(first).rejects.toBe(interrupted);
        expect(executor.running()).toEqual(["compile"]);
        expect(await pipelines.find(record.id)).toMatchObject({ status: "running" });
        expect((await jobs(record.id))["compile"]).toMatchObject({ status: "running" });
        expect(await diskFiles.names(workspacesDirectory)).toHaveLength(1);

        end();
        const found = await pipelines.find(record.id);
        const second = await run(found ?? record, { signal: new AbortController().signal });

        expect(second).toMatchObject({ status: "success" });
        const { compile } = await jobs(record.id);
        expect(outputOf(await lines(compile?.id ?? ""))).toEqual(["a", "b", "c"]);
        expect(outputOf(await lines(record.id))).toEqual(["a", "b", "c"]);
        expect(executor.tasks.map(({ name, attempt }) => `${name} ${attempt}`)).toEqual([
            "compile 1",
            "compile 1",
            "unit 1",
        ]);
    });

    it("does not run a job again whose end was written down before the server died", async () => {
        const text = two.replace("npm test }", "npm test, retry: 1 }");
        const { create, run, executor, pipelines, jobs, stop } = await open(text);
        executor.arrange("compile", { until: gate().opened });
        const record = await create();
        const first = run(record);
        await expect.poll(() => executor.running()).toEqual(["compile"]);
        stop.abort(interrupted);
        await expect(first).rejects.toBe(interrupted);
        const { compile, unit } = await jobs(record.id);
        const completedAt = "2026-01-31T12:00:00.000Z";
        await pipelines.updateJob(compile?.id ?? "", { exitCode: 0, completedAt });
        const failed = { status: "running", attempt: 1, exitCode: 1, reason: "script", completedAt } as const;
        await pipelines.updateJob(unit?.id ?? "", failed);
        const tasks = executor.tasks.length;

        const found = await pipelines.find(record.id);
        const again = await run(found ?? record, { signal: new AbortController().signal });

        expect(again).toMatchObject({ status: "success" });
        // The second try of the job that had failed, and nothing of the other one.
        expect(executor.tasks.slice(tasks).map(({ name, attempt }) => [name, attempt])).toEqual([["unit", 2]]);
        expect(await jobs(record.id)).toMatchObject({ unit: { status: "success", attempt: 2, exitCode: 0 } });
    });

    it("waits for a person where it has to", async () => {
        const text = two.replace("make }", "make, when: manual, allow_failure: false }");
        const { create, run, executor, pipelines, runningPipelines, jobs } = await open(text);
        const waits: (readonly string[])[] = [];
        const record = await create();
        const ended = run(record, { onWaiting: async (names) => void waits.push(names) });
        await expect.poll(() => waits).toEqual([["compile"]]);
        await pipelines.requestJob((await jobs(record.id))["compile"]?.id ?? "", "ada");
        runningPipelines.changed(record.id);

        expect(await ended).toMatchObject({ status: "success" });
        expect(waits).toEqual([["compile"], []]);
        expect(executor.tasks.map(({ name }) => name)).toEqual(["compile", "unit"]);
    });

    it("runs a manual job of a run that had ended in a new workspace, with what the others handed on", async () => {
        const text = `${two}release: { script: x, when: manual }\n`.replace(
            "make }",
            "make, artifacts: { paths: [out] } }",
        );
        const { create, run, executor, pipelines, jobs } = await open(text);
        executor.arrange("compile", { act: ({ workspace }) => plant(workspace, { "out/app.txt": "built" }) });
        const seen: (string | undefined)[] = [];
        executor.arrange("release", {
            act: async ({ workspace }) => seen.push(await diskFiles.readText(workspace, "out/app.txt")),
        });
        const record = await create();
        expect(await run(record)).toMatchObject({ status: "success" });
        expect((await jobs(record.id))["release"]).toMatchObject({ status: "pending" });

        await pipelines.requestJob((await jobs(record.id))["release"]?.id ?? "", "ada");
        const again = await pipelines.find(record.id);
        expect(again).toMatchObject({ status: "pending", runsAlone: true });
        expect(await run(again ?? record)).toMatchObject({ status: "success" });

        expect(seen).toEqual(["built"]);
        expect(executor.tasks.map(({ name }) => name)).toEqual(["compile", "unit", "release"]);
    });

    it("repeats a run from what failed, with the good jobs' artifacts", async () => {
        const text = two.replace("make }", "make, artifacts: { paths: [out] } }");
        const { create, run, executor, jobs } = await open(text);
        executor.arrange("compile", { act: ({ workspace }) => plant(workspace, { "out/app.txt": "built" }) });
        const seen: (string | undefined)[] = [];
        const act = async ({ workspace }: { workspace: string }) =>
            seen.push(await diskFiles.readText(workspace, "out/app.txt"));
        executor.arrange("unit", { exitCode: 1 }, { act });
        const first = await create();
        expect(await run(first)).toMatchObject({ status: "failed" });
        executor.arrange("unit", { act });

        const second = await create({ retryOf: first.id });
        expect(await run(second)).toMatchObject({ status: "success" });

        const [old, fresh] = [await jobs(first.id), await jobs(second.id)];
        expect(fresh["compile"]).toMatchObject({ status: "success", reusedFrom: old["compile"]?.id });
        expect(seen).toEqual(["built"]);
        expect(executor.tasks.map(({ name }) => name)).toEqual(["compile", "unit", "unit"]);
    });

    it("says which artifacts a repeated run does without", async () => {
        const { create, run, executor, jobs, lines, jobFiles, pipelines } = await open(
            two.replace("make }", "make, artifacts: { paths: [out] } }"),
        );
        executor.arrange("compile", { act: ({ workspace }) => plant(workspace, { "out/app.txt": "built" }) });
        executor.arrange("unit", { exitCode: 1 });
        const first = await create();
        await run(first);
        const { id = "" } = (await jobs(first.id))["compile"] ?? {};
        const gone = containing("No artifacts of compile are there (any more)");

        await jobFiles.remove([id]);
        const second = await create({ retryOf: first.id });
        await run(second);
        await pipelines.updateJob(id, { artifacts: undefined });
        const third = await create({ retryOf: first.id });
        await run(third);

        for (const again of [second, third]) {
            expect((await lines(again.id)).map((line) => line.text)).toContainEqual(gone);
        }
        expect((await lines(first.id)).map((line) => line.text)).not.toContainEqual(gone);
    });

    it("takes nothing over from a run of another commit", async () => {
        const { create, run, executor } = await open(two);
        executor.arrange("unit", { exitCode: 1 });
        const first = await create();
        await run(first);

        await run(await create({ retryOf: first.id, commitSha: "b".repeat(40) }));

        expect(executor.tasks.map(({ name }) => name)).toEqual(["compile", "unit", "compile", "unit"]);
    });

    it("lets a job have the engine's socket only where an admin allows it", async () => {
        const text = two.replace("make }", "make, docker: true }");
        const refused = await open(text);
        const end = await refused.run(await refused.create());
        expect(end).toMatchObject({ status: "failed", error: containing("the engine's socket") });

        const allowed = await open(text, { pipelineEngineSocket: true });
        expect(await allowed.run(await allowed.create())).toMatchObject({ status: "success" });
        expect(allowed.executor.tasks[0]?.engineSocket).toBe(true);
    });

    it("gives the engine's socket to no run that gets no secrets", async () => {
        const { create, run, executor } = await open(two.replace("make }", "make, docker: true }"), {
            pipelineEngineSocket: true,
        });
        const end = await run(await create({ branch: "feature" }));
        expect(end).toMatchObject({ status: "failed", error: containing("the engine's socket") });
        expect(executor.tasks).toEqual([]);
    });
});
