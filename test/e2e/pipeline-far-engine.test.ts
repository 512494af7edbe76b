import { execFile } from "node:child_process";
import { rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { removeStack } from "../support/docker.ts";
import { type EngineProxy, startEngineProxy } from "../support/engine-proxy.ts";
import { createRest, type Rest } from "../support/rest.ts";
import { freePort, startServer, type TestServer } from "../support/server.ts";
import { createWorkRepository, type WorkRepository } from "../support/work-repository.ts";

const run = promisify(execFile);
const stack = `far-engine-${process.pid}`;
const pipeline = `stages: [make, look]
image: cicd/busybox:1
page:
  stage: make
  user: "1234"
  script: mkdir web/www && echo "$CICD_COMMIT_SHA" > web/www/index.html && rm web/.keep
  cache: { key: seen, paths: [seen] }
  after_script: mkdir -p seen && touch seen/before
  artifacts: { paths: [web/www] }
look:
  stage: look
  script: cat web/www/index.html && test ! -e web/.keep && echo well >> web/www/index.html
`;

describe("a pipeline on an engine that sees none of the server's folders", () => {
    let engine: EngineProxy;
    let server: TestServer;
    let rest: Rest;
    let repository: WorkRepository;
    let port: number;

    beforeAll(async () => {
        engine = await startEngineProxy(await freePort());
        server = await startServer({ DOCKER_HOST: engine.address });
        rest = createRest(server);
        repository = await createWorkRepository();
        port = await freePort();
    });

    afterAll(async () => {
        await server.stop();
        await removeStack(stack);
        await repository.remove();
        await engine.close();
    });

    it("carries the workspace from job to job, keeps artifacts, and builds with them", async () => {
        const commit = await repository.commit(
            {
                "pipeline.yml": pipeline,
                "web/.keep": "",
                "web/Dockerfile": `FROM cicd/busybox:1\nCOPY www /www\nCMD ["httpd", "-f", "-p", "8080", "-h", "/www"]\n`,
                "compose.yaml": `services:
  web:
    build: ./web
    init: true
    stop_grace_period: 1s
    ports: ["${port}:8080"]
`,
            },
            "feat: a page",
        );
        await rest.connect(stack, { url: repository.url, branch: "main", provider: "generic" });

        const ended = await rest.ended((await rest.deploy(stack)).id);

        expect(ended, await rest.log(ended.id)).toMatchObject({ status: "successful" });
        expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe(`${commit}\n`);
        const archive = join(tmpdir(), `${stack}.tar.gz`);
        const { body } = await rest.call("GET", `/pipelines/${ended.pipelineId ?? ""}`);
        const { jobs } = z.object({ jobs: z.array(z.object({ id: z.string(), name: z.string() })) }).parse(body);
        const id = jobs.find(({ name }) => name === "page")?.id ?? "";
        const response = await fetch(`${server.url}/api/v1/jobs/${id}/artifacts`, {
            headers: { authorization: `Bearer ${server.token}` },
        });
        await writeFile(archive, Buffer.from(await response.arrayBuffer()));
        const { stdout } = await run("tar", ["-xzOf", archive, "web/www/index.html"]);
        await rm(archive);
        expect(stdout).toBe(`${commit}\n`);
    });
});
