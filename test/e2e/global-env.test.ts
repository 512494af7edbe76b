import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Deployment } from "../../common/schema/deployment.ts";
import { converse } from "../support/conversation.ts";
import { containerOf, docker, removeStack } from "../support/docker.ts";
import { createRest, type Rest } from "../support/rest.ts";
import { admin, startServer, type TestServer } from "../support/server.ts";
import { createWorkRepository, type WorkRepository } from "../support/work-repository.ts";

const service = `
    image: cicd/busybox:1
    init: true
    stop_grace_period: 1s
    command: ["sleep", "1000"]`;
const composeFile = `services:
  web:${service}
    environment: { SAID: "$\{FROM_GLOBAL}-$\{BOTH}-$\{GIVEN}" }
  other:${service}
`;

describe("global.env of the stacks directory", () => {
    const stack = `global-${process.pid}-${Math.random().toString(36).slice(2, 8)}`;
    let server: TestServer;
    let rest: Rest;
    let repository: WorkRepository;

    beforeAll(async () => {
        server = await startServer();
        rest = createRest(server);
        repository = await createWorkRepository();
        await repository.commit({ "compose.yaml": composeFile }, "one");
        await mkdir(join(server.stacksDirectory, stack));
        await writeFile(join(server.stacksDirectory, stack, ".env"), "BOTH=stack\n");
        await writeGlobal("one");
        await rest.connect(
            stack,
            { url: repository.url, branch: "main" },
            { environmentVariables: [{ name: "GIVEN", value: "variable" }] },
        );
    });

    afterAll(async () => {
        await server.stop();
        await removeStack(stack);
        await repository.remove();
    });

    async function writeGlobal(value: string): Promise<void> {
        const text = `FROM_GLOBAL=${value}\nBOTH=global\nGIVEN=global\nCOMPOSE_PROJECT_NAME=elsewhere\n`;
        await writeFile(join(server.stacksDirectory, "global.env"), text);
    }

    async function deploy(): Promise<Deployment> {
        return rest.ended((await rest.deploy(stack)).id);
    }

    async function said(): Promise<string | undefined> {
        const environment = await docker("exec", await containerOf(stack, "web"), "env");
        return /^SAID=(.*)$/m.exec(environment)?.[1];
    }

    async function containers(): Promise<readonly string[]> {
        return Promise.all(["web", "other"].map((name) => containerOf(stack, name)));
    }

    it("counts in a deployment, beneath the stack's own .env and its variables", async () => {
        expect(await deploy()).toMatchObject({ status: "successful" });
        expect(await said()).toBe("one-stack-variable");
    });

    it("recreates nothing while it stays the same, and only what uses it when it changes", async () => {
        const before = await containers();
        expect(await deploy()).toMatchObject({ status: "successful" });
        expect(await containers()).toEqual(before);

        await writeGlobal("two");
        expect(await deploy()).toMatchObject({ status: "successful" });
        expect(await said()).toBe("two-stack-variable");
        const [web, other] = await containers();
        expect(web).not.toBe(before[0]);
        expect(other).toBe(before[1]);
    });

    it("means the same to the buttons of the page, which recreate nothing", async () => {
        const before = await containers();
        const page = await converse(server.url);
        expect(await page.call("login", admin)).toMatchObject({ ok: true });
        expect(await page.call("agent", "", "startStack", stack)).toMatchObject({ ok: true });
        expect(await containers()).toEqual(before);
    });
});
