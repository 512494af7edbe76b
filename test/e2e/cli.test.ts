import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { removeStack } from "../support/docker.ts";
import { createRest, type Rest } from "../support/rest.ts";
import { sampleApp } from "../support/sample-app.ts";
import { freePort, startServer, type TestServer } from "../support/server.ts";
import { createWorkRepository, type WorkRepository } from "../support/work-repository.ts";

const run = promisify(execFile);
const program = join(import.meta.dirname, "../../dist/dockge-cicd.js");
const stack = `cli-${process.pid}`;

const Failed = z.object({ code: z.int(), stdout: z.string(), stderr: z.string() });

interface Ended {
    readonly code: number;
    readonly output: string;
}

describe("the command-line program against a running server", () => {
    let server: TestServer;
    let rest: Rest;
    let repository: WorkRepository;
    let token = "";

    async function cli(...args: readonly string[]): Promise<Ended> {
        const env = { ...process.env, CICD_URL: server.url, CICD_TOKEN: token };
        try {
            const { stdout, stderr } = await run(process.execPath, [program, ...args], { env });
            return { code: 0, output: stdout + stderr };
        } catch (error) {
            const { code, stdout, stderr } = Failed.parse(error);
            return { code, output: stdout + stderr };
        }
    }

    beforeAll(async () => {
        server = await startServer();
        rest = createRest(server);
        repository = await createWorkRepository();
        await repository.commit(sampleApp({ port: await freePort(), version: "one" }), "one");
        await rest.connect(stack, { url: repository.url, branch: "main" });
    });

    afterAll(async () => {
        await server.stop();
        await removeStack(stack);
        await repository.remove();
    });

    it("makes a token in the data directory, which opens the server", async () => {
        const made = await cli("token", "create", "ci", "--scope", "deploy", "--dataDir", server.dataDirectory);

        expect(made.code).toBe(0);
        token = /cicd_\S+/.exec(made.output)?.[0] ?? "";
        expect(token).not.toBe("");
        expect((await cli("token", "list", "--dataDir", server.dataDirectory)).output).toContain("ci");
    });

    it("deploys, shows the log as it comes, and ends with 0", async () => {
        const deployed = await cli("deploy", stack);

        expect(deployed.code).toBe(0);
        expect(deployed.output).toContain("Deployed: every service runs this release.");
        const [newest] = await rest.history(stack);
        expect(newest).toMatchObject({ status: "successful", triggeredBy: "api" });
        const log = await cli("logs", newest?.id ?? "");
        expect(log).toMatchObject({ code: 0 });
        expect(log.output).toContain("Building web, api");
    });

    it("ends with 1 when the deployment fails", async () => {
        await repository.commit({ "web/Dockerfile": "FROM cicd/busybox:1\nRUN exit 7\n" }, "broken");

        const deployed = await cli("deploy", stack);

        expect(deployed.code).toBe(1);
        expect(deployed.output).toContain("The build failed");
    });

    it("is shut out when its token is revoked", async () => {
        const listed = await cli("token", "list", "--dataDir", server.dataDirectory);
        const id = /[0-9a-f]{32}/.exec(listed.output)?.[0] ?? "";

        expect((await cli("token", "revoke", id, "--dataDir", server.dataDirectory)).code).toBe(0);

        expect((await cli("deploy", stack)).code).toBe(1);
    });
});
