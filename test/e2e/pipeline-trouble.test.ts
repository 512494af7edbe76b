import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Deployment } from "../../common/schema/deployment.ts";
import { PipelineJobRun } from "../../common/schema/pipeline-run.ts";
import { builtApp } from "../support/built-app.ts";
import { containerEnd } from "../support/container-end.ts";
import { docker, removeStack } from "../support/docker.ts";
import { followLog } from "../support/follow-log.ts";
import { createRest, type Rest } from "../support/rest.ts";
import { freePort, startServer, type TestServer } from "../support/server.ts";
import { createWorkRepository, type WorkRepository } from "../support/work-repository.ts";

const stack = `pipeline-trouble-${process.pid}`;
const image = "cicd/busybox:1";

/** Twice what a log may hold; or a gigabyte, which takes a while on small machines. */
const largeLogBytes = (process.env["CICD_TEST_LARGE_LOG"] ?? "") === "" ? 128 * 1024 ** 2 : 1024 ** 3;

/** A Node project whose tests ask a service beside them, and whose page is made by its own build. */
const nodePipeline = `stages: [deps, test, build]
deps:
  stage: deps
  image: node:20
  script: ["if [ -e .store/deps ]; then echo cache hit; else mkdir -p .store; date > .store/deps; echo cache miss; fi"]
  cache: { key: deps, paths: [.store] }
unit:
  stage: test
  image: node:20
  script: [node --version, node --test test/]
  services:
    web:
      image: ${image}
      command: [sh, -c, "mkdir /www && echo served > /www/index.html && exec httpd -f -p 8080 -h /www"]
      health: { command: [wget, -qO-, "http://localhost:8080/"], interval: 1s, timeout: 20s }
page:
  stage: build
  image: node:20
  script: node build.mjs
  artifacts: { paths: [web/www] }
look:
  stage: build
  image: ${image}
  needs: [page]
  script: grep made web/www/index.html
`;

function nodeProject(port: number): Readonly<Record<string, string>> {
    return {
        "pipeline.yml": nodePipeline,
        "add.mjs": "export const add = (a, b) => a + b;\n",
        "test/add.test.mjs": `import assert from "node:assert";
import test from "node:test";
import { add } from "../add.mjs";
test("adds", () => assert.equal(add(1, 2), 3));
test("reaches the service", async () => assert.equal(await (await fetch("http://web:8080/")).text(), "served\\n"));
`,
        "build.mjs": `import { mkdirSync, writeFileSync } from "node:fs";
mkdirSync("web/www", { recursive: true });
writeFileSync("web/www/index.html", "made of " + process.env.CICD_COMMIT_SHA + "\\n");
`,
        ...builtApp(port),
    };
}

describe("pipelines on a real engine, from a push to the running stack", () => {
    let server: TestServer;
    let rest: Rest;
    let repository: WorkRepository;
    let port: number;
    let late: Deployment;

    beforeAll(async () => {
        server = await startServer();
        rest = createRest(server);
        repository = await createWorkRepository();
        port = await freePort();
        late = await beginLate();
        await repository.commit(nodeProject(port), "project");
        await rest.connect(stack, { url: repository.url, branch: "main" });
    });

    afterAll(async () => {
        await server.stop();
        await removeStack(stack);
        await repository.remove();
    });

    async function runOf(jobs: object): Promise<Deployment> {
        await repository.commit({ "pipeline.yml": JSON.stringify(jobs) }, "another pipeline");
        return rest.ended((await rest.deploy(stack)).id);
    }

    /** The shortest time limit of a deployment is long: it passes while the other tests run. */
    async function beginLate(): Promise<Deployment> {
        const slow = { image, script: "sleep 300", timeout: "5m" };
        await repository.commit({ ...builtApp(port), "pipeline.yml": JSON.stringify({ slow }) }, "slow", "late");
        await rest.connect(`${stack}-late`, { url: repository.url, branch: "late" }, { timeout: 10 });
        return rest.deploy(`${stack}-late`);
    }

    /** What the engine still has of a run. */
    async function leftOf({ pipelineId = "none" }: Deployment): Promise<string> {
        const label = ["--filter", `label=cicd.pipeline=${pipelineId}`];
        return `${await docker("ps", "-aq", ...label)}${await docker("network", "ls", "-q", ...label)}`;
    }

    async function jobLog(id: string): Promise<string> {
        const headers = { authorization: `Bearer ${server.token}` };
        return (await fetch(`${server.url}/api/v1/jobs/${id}/logs`, { headers })).text();
    }

    /** What a process has held in memory at its largest. */
    async function mostMebibytes(processId: number): Promise<number> {
        const status = await readFile(`/proc/${processId}/status`, "utf8");
        return Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1]) / 1024;
    }

    function linesOf(log: string, form: RegExp): readonly string[] {
        return log.split("\n").flatMap((line) => form.exec(line)?.[1] ?? []);
    }

    it("tests and builds a Node project with a service beside it, and puts what it made live", async () => {
        const commit = await repository.git("rev-parse", "HEAD");

        const ended = await rest.ended((await rest.deploy(stack)).id);

        const log = await rest.log(ended.id);
        expect(ended, log).toMatchObject({ status: "successful" });
        expect(ended.jobs.map(({ name, status }) => `${name} ${status}`)).toEqual([
            "deps success",
            "unit success",
            "page success",
            "look success",
        ]);
        expect(log).toContain("cache miss");
        expect(log).toContain("# pass 2");
        expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe(`made of ${commit}\n`);
        expect(await leftOf(ended)).toBe("");
    });

    it("finds its cache at the next run", async () => {
        await repository.commit({ "notes.txt": "more" }, "more");

        const ended = await rest.ended((await rest.deploy(stack)).id);

        expect(ended).toMatchObject({ status: "successful" });
        expect(await rest.log(ended.id)).toContain("cache hit");
    });

    it.each([
        {
            what: "a job that takes too long",
            job: { image, script: "sleep 60", timeout: "2s" },
            error: "Job it failed: it did not end within 2 s",
        },
        {
            what: "a job that needs more memory than it may have",
            job: { image, script: "tail /dev/zero", resources: { memory: "32m" } },
            error: "Job it failed: it needed more than its memory limit of 32 MiB",
        },
        {
            what: "an image that is nowhere",
            job: { image: "127.0.0.1:1/none:1", script: "true" },
            error: "Job it failed: image 127.0.0.1:1/none:1: it cannot be pulled",
        },
        {
            what: "a script that fails",
            job: { image, script: ["echo before", "exit 7", "echo behind"] },
            error: "Job it failed with exit code 7",
        },
    ])("tells $what for what it is, and leaves the stack alone", async ({ job, error }) => {
        const before = await (await fetch(`http://127.0.0.1:${port}/`)).text();

        const ended = await runOf({ it: job });

        expect(ended).toMatchObject({ status: "failed", errorCode: "pipeline_failed" });
        expect(ended.error).toContain(error);
        expect(ended.jobs).toMatchObject([{ name: "it", status: "failed" }]);
        expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe(before);
        expect(await leftOf(ended)).toBe("");
    });

    it("tells every mistake of a pipeline file, and builds nothing", async () => {
        await repository.commit(
            { "pipeline.yml": "a: { image: x, scirpt: y }\nb: { image: x, script: y, stage: no }\n" },
            "wrong",
        );

        const ended = await rest.ended((await rest.deploy(stack)).id);

        const log = await rest.log(ended.id);
        expect(ended).toMatchObject({ status: "failed", errorCode: "pipeline_failed" });
        expect(log).toContain("pipeline.yml:1:16: scirpt is not known in a; did you mean script?");
        expect(log).toContain("pipeline.yml:2:34: b.stage: there is no stage no");
    });

    it("keeps 200,000 lines whole and in order", async () => {
        const ended = await runOf({ many: { image, script: "seq 200000 | sed s/^/line:/; exit 1" } });

        const numbers = linesOf(await rest.log(ended.id), /line:(\d+)$/).map(Number);

        expect(numbers).toHaveLength(200_000);
        expect(numbers.every((number, index) => number === index + 1)).toBe(true);
    });

    it("bears binary output", async () => {
        const ended = await runOf({
            binary: { image, script: "head -c 3000000 /dev/urandom; echo; echo behind; exit 1" },
        });

        expect(ended.jobs).toMatchObject([{ status: "failed", exitCode: 1 }]);
        expect(await rest.log(ended.id)).toMatch(/behind$/m);
    });

    it("ends a job that ignores SIGTERM within two seconds of a cancel", async () => {
        const script = "trap '' TERM; echo deaf; while :; do sleep 1; done";
        await repository.commit({ "pipeline.yml": JSON.stringify({ deaf: { image, script } }) }, "deaf");
        const deployment = await rest.deploy(stack);
        await followLog(server, deployment.id, (line) => line.includes('"text":"deaf"'));
        const { pipelineId = "" } = await rest.deployment(deployment.id);
        const end = containerEnd(await docker("ps", "-q", "--filter", `label=cicd.pipeline=${pipelineId}`));

        const asked = Date.now();
        await rest.call("POST", `/deployments/${deployment.id}/cancel`);
        const took = (await end) - asked;
        const ended = await rest.ended(deployment.id);

        expect(took).toBeLessThan(2000);
        expect(ended).toMatchObject({ status: "cancelled", jobs: [{ name: "deaf", status: "cancelled" }] });
        expect(await leftOf(ended)).toBe("");
    });

    it("is cut off by the time limit of its deployment", async () => {
        const ended = await rest.ended(late.id);

        expect(ended).toMatchObject({ status: "failed", errorCode: "timeout", jobs: [{ name: "slow" }] });
        expect(await leftOf(ended)).toBe("");
    });

    it("bounds a log that is far too large, and lets its job go on to its end", async () => {
        const line = "0123456789".repeat(100);
        const script = [`yes ${line} | head -c ${largeLogBytes} | cat -n`, "exit 3"];
        const ended = await runOf({ large: { image, script } });
        const toldAt = Date.now();

        const log = await rest.log(ended.id);
        const [job] = ended.jobs;
        expect(job).toMatchObject({ status: "failed", exitCode: 3 });
        const { body } = await rest.call("GET", `/jobs/${job?.id ?? ""}`);
        const { completedAt } = PipelineJobRun.parse(body);
        expect(toldAt - Date.parse(completedAt ?? "")).toBeLessThan(10_000);
        expect(log.length).toBeLessThan(32 * 1024 * 1024);
        expect(log).toContain("The rest of what large writes stands in the job's own log.");
        const own = await jobLog(job?.id ?? "");
        const numbers = linesOf(own, /^ *(\d+)\t0123456789/);
        expect(numbers.length).toBeGreaterThan(50_000);
        expect(numbers.findIndex((number, index) => Number(number) !== index + 1)).toBe(-1);
        expect(linesOf(own, /(This log has reached its limit)/)).toHaveLength(1);
        expect(await mostMebibytes(server.processId())).toBeLessThan(400);
    });
});
