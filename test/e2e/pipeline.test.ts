import { join } from "node:path";
import { chmod, readdir } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { z } from "zod";
import { LogLine } from "../../common/schema/log-line.ts";
import { builtApp } from "../support/built-app.ts";
import { containerEnd } from "../support/container-end.ts";
import { containerOf, docker, removeStack } from "../support/docker.ts";
import { followLog } from "../support/follow-log.ts";
import { createRest, type Rest } from "../support/rest.ts";
import { answerOn } from "../support/small-app.ts";
import { freePort, startServer, type TestServer } from "../support/server.ts";
import { standInImage } from "../support/stand-in-image.ts";
import { createWorkRepository, type WorkRepository } from "../support/work-repository.ts";

const stack = `pipeline-${process.pid}`;
const packageJson = JSON.stringify({
    name: "app",
    version: "1.0.0",
    scripts: { build: "mkdir -p dist && echo built > dist/app.txt", test: "grep built dist/app.txt" },
});
const packageLock = JSON.stringify({
    name: "app",
    version: "1.0.0",
    lockfileVersion: 3,
    packages: { "": { name: "app", version: "1.0.0" } },
});
/** The image of the test bed has Node without npm: as much of it as the example asks for. */
const npm = `#!/bin/sh
set -e
script() { sh -c "$(node -p "require('./package.json').scripts['$1']")"; }
case "$1" in
ci) node -p "'lockfile ' + require('./package-lock.json').lockfileVersion" ;;
run) script "$2" ;;
*) script "$1" ;;
esac
`;
const fromTheIssue = `stages: [build, test]
compile:
  stage: build
  image: node:20
  script: ["npm ci", "npm run build"]
unit:
  stage: test
  image: node:20
  script: npm test
`;

const listFromTheIssue = `stages: [build]
jobs:
  - { name: compile, stage: build, image: "python:3.9", script: ["pip install -r requirements.txt", "python setup.py build"] }
`;

describe("a pipeline", () => {
    let server: TestServer;
    let rest: Rest;
    let repository: WorkRepository;
    let port: number;

    beforeAll(async () => {
        server = await startServer();
        rest = createRest(server);
        repository = await createWorkRepository();
        port = await freePort();
        await repository.commit(
            { ...builtApp(port), ...page("one"), "package.json": packageJson, "package-lock.json": packageLock },
            "one",
        );
        await repository.commit({ "bin/npm": npm }, "npm");
        await chmod(join(repository.workDirectory, "bin/npm"), 0o755);
        await repository.commit({}, "npm can be run");
        const path = { name: "PATH", value: "/workspace/bin:/usr/local/bin:/usr/bin:/bin", secret: false };
        await rest.connect(stack, { url: repository.url, branch: "main" }, { environmentVariables: [path] });
        expect(await rest.ended((await rest.deploy(stack)).id)).toMatchObject({ status: "successful" });
    });

    afterAll(async () => {
        await server.stop();
        await removeStack(stack);
        await repository.remove();
    });

    const answer = (): Promise<string> => answerOn(port);
    const page = (text: string) => ({ "web/www/index.html": `${text}\n` });

    async function deploy(pipeline: string, files: Readonly<Record<string, string>> = {}) {
        await repository.commit({ "pipeline.yml": pipeline, ...files }, "a pipeline");
        return rest.deploy(stack);
    }

    async function linesOf(id: string, query = ""): Promise<readonly LogLine[]> {
        const response = await fetch(`${server.url}/api/v1/deployments/${id}/logs${query}`, {
            headers: { authorization: `Bearer ${server.token}`, accept: "text/event-stream" },
        });
        const data = [...(await response.text()).matchAll(/^data: (\{.*"seq".*)$/gm)].map((match) => match[1] ?? "");
        return z.array(LogLine).parse(data.map((text): unknown => JSON.parse(text)));
    }

    async function expectNothingLeft(): Promise<void> {
        expect(await readdir(join(server.dataDirectory, "cicd", "workspaces"))).toEqual([]);
        const [{ pipelineId = "" } = {}] = await rest.history(stack);
        expect(await docker("ps", "-aq", "--filter", `label=cicd.pipeline=${pipelineId}`)).toBe("");
        expect(await docker("network", "ls", "-q", "--filter", `label=cicd.pipeline=${pipelineId}`)).toBe("");
    }

    it("runs its jobs before the build, and tells of them", async () => {
        const deployment = await deploy(fromTheIssue, page("two"));

        const ended = await rest.ended(deployment.id);

        expect(ended).toMatchObject({
            status: "successful",
            jobs: [
                { name: "compile", stage: "build", status: "success", exitCode: 0 },
                { name: "unit", stage: "test", status: "success" },
            ],
        });
        expect(await answer()).toBe("two");
        const phases = ended.phases.map(({ phase }) => phase);
        expect(phases.indexOf("pipeline")).toBeLessThan(phases.indexOf("building"));
        const lines = await linesOf(deployment.id);
        expect(lines.filter(({ phase, job }) => job !== undefined && phase !== "pipeline")).toEqual([]);
        expect(lines.map(({ text }) => text)).toContain("$ npm run build");
        const ofUnit = await linesOf(deployment.id, "?job=unit");
        expect(ofUnit.map(({ text }) => text)).toContain("$ npm test");
        expect(ofUnit.map(({ text }) => text)).not.toContain("$ npm run build");
        await expectNothingLeft();
    });

    it("takes the jobs as a list, too", async () => {
        const image = await standInImage("python:3.9", { pip: 'cat "$3"', python: 'cat "$1"' });
        onTestFinished(image.remove);
        const deployment = await deploy(listFromTheIssue, {
            "requirements.txt": "# nothing is required\n",
            "setup.py": 'print("built")\n',
        });

        expect(await rest.ended(deployment.id)).toMatchObject({
            status: "successful",
            jobs: [{ name: "compile", stage: "build", status: "success", exitCode: 0 }],
        });
        const texts = (await linesOf(deployment.id, "?job=compile")).map(({ text }) => text);
        expect(texts).toEqual(expect.arrayContaining(["$ pip install -r requirements.txt", "$ python setup.py build"]));
    });

    it("stops the deployment where a job fails, and the stack keeps running what it ran", async () => {
        const before = [await answer(), await containerOf(stack, "web")];
        const failing = fromTheIssue.replaceAll("node:20", "cicd/busybox:1").replace(/script: \[.*/, "script: exit 3");
        const deployment = await deploy(failing, page("never"));

        expect(await rest.ended(deployment.id)).toMatchObject({
            status: "failed",
            errorCode: "pipeline_failed",
            error: "Job compile failed with exit code 3.",
            jobs: [
                { name: "compile", status: "failed", exitCode: 3 },
                { name: "unit", status: "skipped" },
            ],
        });
        expect([await answer(), await containerOf(stack, "web")]).toEqual(before);
        await expectNothingLeft();
    });

    it("tells every mistake of the file at once", async () => {
        const deployment = await deploy("unit: { image: x }\nlint: { script: x }\n");

        const ended = await rest.ended(deployment.id);

        expect(ended).toMatchObject({ status: "failed", errorCode: "pipeline_failed", jobs: [] });
        const log = await rest.log(deployment.id);
        expect(log).toContain("pipeline.yml:1:");
        expect(log).toContain("pipeline.yml:2:");
    });

    it("hands artifacts on to the build of the image", async () => {
        const deployment = await deploy(
            `page: { image: "cicd/busybox:1", script: "echo made by a job > web/www/index.html", artifacts: { paths: [web/www] } }\n`,
        );

        expect(await rest.ended(deployment.id)).toMatchObject({ status: "successful" });
        expect(await answer()).toBe("made by a job");
    });

    it("is repeated by deploying again, with what went well before", async () => {
        const text = [
            "stages: [build, test]",
            "image: cicd/busybox:1",
            "made: { stage: build, script: echo again > made.txt, artifacts: { paths: [made.txt] } }",
            "check: { stage: test, script: [grep again made.txt, exit 4] }",
        ].join("\n");
        const first = await rest.ended((await deploy(text)).id);
        expect(first).toMatchObject({ status: "failed", error: "Job check failed with exit code 4." });

        const { body } = await rest.call("POST", `/pipelines/${first.pipelineId ?? ""}/retry`, {});

        const run = z.object({ id: z.string(), deploymentId: z.string(), retryOf: z.string() }).parse(body);
        expect(run.retryOf).toBe(first.pipelineId);
        expect(await rest.ended(run.deploymentId)).toMatchObject({
            ...{ pipelineId: run.id, status: "failed", error: "Job check failed with exit code 4." },
            jobs: [
                { name: "made", status: "success" },
                { name: "check", status: "failed", exitCode: 4 },
            ],
        });
        const again = await rest.call("GET", `/pipelines/${run.id}`);
        expect(again.body).toMatchObject({
            jobs: [{ name: "made", reusedFrom: first.jobs[0]?.id }, { name: "check" }],
        });
        await expectNothingLeft();
    });

    it("refuses artifacts that change what was checked", async () => {
        const deployment = await deploy(
            `page: { image: "cicd/busybox:1", script: "echo x-more: 1 >> compose.yaml", artifacts: { paths: [compose.yaml] } }\n`,
        );

        expect(await rest.ended(deployment.id)).toMatchObject({ status: "failed", errorCode: "not_contained" });
        await expectNothingLeft();
    });

    it("goes on after kill -9 of the server, and its log has no hole and nothing twice", async () => {
        const count = "i=0; while [ $i -lt 40 ]; do i=$((i+1)); echo line $i; sleep 0.1; done";
        const deployment = await deploy(`count: { image: "cicd/busybox:1", script: "${count}" }\n`);
        await followLog(server, deployment.id, (line) => line.includes('"text":"line 5"'));
        await server.kill();
        await server.start();
        await followLog(server, deployment.id, (line) => line.includes('"text":"line 20"'));
        await server.kill();
        await server.start();

        const ended = await rest.ended(deployment.id);

        expect(ended).toMatchObject({ status: "successful", jobs: [{ name: "count", status: "success" }] });
        const lines = await linesOf(deployment.id, "?job=count");
        const output = lines.filter(({ stream, text }) => stream !== "system" && text.startsWith("line "));
        expect(output.map(({ text }) => text)).toEqual(Array.from({ length: 40 }, (_, index) => `line ${index + 1}`));
        const all = await linesOf(deployment.id);
        expect(all.map(({ seq }) => seq)).toEqual(all.map((_, index) => index + 1));
        await expectNothingLeft();
    });

    it("is ended within two seconds where its deployment is cancelled", async () => {
        const deployment = await deploy(`slow: { image: "cicd/busybox:1", script: "echo sleeping; sleep 300" }\n`);
        await followLog(server, deployment.id, (line) => line.includes('"text":"sleeping"'));
        const { pipelineId = "" } = await rest.deployment(deployment.id);
        const end = containerEnd(await docker("ps", "-q", "--filter", `label=cicd.pipeline=${pipelineId}`));
        const asked = Date.now();
        await rest.call("POST", `/deployments/${deployment.id}/cancel`);
        expect((await end) - asked).toBeLessThan(2000);

        expect(await rest.ended(deployment.id)).toMatchObject({
            status: "cancelled",
            errorCode: "cancelled",
            jobs: [{ name: "slow", status: "cancelled" }],
        });
        await expectNothingLeft();
    });
});
