import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { z } from "zod";
import { fieldsOf } from "../support/main-page.ts";
import { containing } from "../support/containing.ts";
import { converse } from "../support/conversation.ts";
import { containerOf, docker, removeStack } from "../support/docker.ts";
import { person, startTestHost, type Answer, type TestBrowser } from "../support/host.ts";

/** Dockge's conversations about stacks, as its page leads them: every answer and push as a whole. */

const loop = "trap 'exit 0' TERM; while :; do sleep 1 & wait $!; done";
const yaml = `services:
  web:
    image: cicd/busybox:1
    pull_policy: never
    command: ["sh", "-c", "echo hello; ${loop}"]
    stop_grace_period: 1s
  init:
    image: cicd/busybox:1
    pull_policy: never
    command: ["true"]
`;
const failed = "Failed to deploy, please check the terminal output for more information.";
const done = (msg: string) => ({ ok: true, msg, msgi18n: true });
const everywhere = "##ALL_DOCKGE_ENDPOINTS##";

async function start(dockerHost?: string) {
    const stack = `ps-${process.pid}-${Math.random().toString(36).slice(2, 8)}`;
    const dockerVariables = ["DOCKER_HOST", "DOCKER_CONFIG", "PATH", "HOME"];
    const environment = Object.fromEntries(dockerVariables.map((name) => [name, process.env[name] ?? ""]));
    const test = await startTestHost({ admin: person, ...(dockerHost !== undefined && { dockerHost, environment }) });
    await test.start();
    return { ...test, stack, browser: await test.connectLoggedIn() };
}

async function startOnEngine() {
    const test = await start(process.env["DOCKER_HOST"]);
    onTestFinished(() => removeStack(test.stack));
    return test;
}

const simple = (name: string, status: number) => ({
    name,
    status,
    tags: [],
    isManagedByDockge: true,
    composeFileName: "compose.yaml",
    endpoint: "",
});

/** The push in which a stack has a status, as a whole. */
async function listWith(browser: TestBrowser, stack: string, status: number): Promise<Answer> {
    const [push] = await browser.push("stackList", ({ stackList }) => {
        return fieldsOf(fieldsOf(stackList)[stack])["status"] === status;
    });
    return push ?? {};
}

describe.skipIf(process.env["DOCKER_HOST"] === undefined)("the conversation about a stack", () => {
    it("saves, deploys, stops, starts, restarts, takes down and deletes it", async () => {
        const { browser, stack, stacksDirectory } = await startOnEngine();
        expect(await browser.agent("saveStack", stack, yaml, "A=1\n", true)).toEqual(done("Saved"));
        const pushed = await listWith(browser, stack, 1);
        expect(Object.keys(pushed).sort()).toEqual(["endpoint", "ok", "stackList"]);
        expect(pushed).toMatchObject({ ok: true, endpoint: "" });
        expect(fieldsOf(pushed["stackList"])[stack]).toEqual(simple(stack, 1));
        expect(await browser.agent("getStack", stack)).toEqual({
            ok: true,
            stack: { ...simple(stack, 1), composeYAML: yaml, composeENV: "A=1\n", primaryHostname: "127.0.0.1" },
        });

        expect(await browser.agent("deployStack", stack, yaml, "", false)).toEqual(done("Deployed"));
        expect(await readFile(join(stacksDirectory, stack, ".env"), "utf8")).toBe("");
        const progress = `compose--${stack}`;
        expect(browser.terminal(progress)).toContain("up -d --remove-orphans");
        // A one-shot container that has done its work makes no stack "exited".
        await listWith(browser, stack, 3);
        await expect
            .poll(() => browser.agent("serviceStatusList", stack))
            .toMatchObject({ ok: true, serviceStatusList: { init: "exited", web: "running" } });

        expect(await browser.agent("stopStack", stack)).toEqual(done("Stopped"));
        expect(browser.terminal(progress)).toContain(" stop\r\n");
        await listWith(browser, stack, 4);
        expect(await browser.agent("startStack", stack)).toEqual(done("Started"));
        const before = await containerOf(stack, "web");
        expect(await browser.agent("restartStack", stack)).toEqual(done("Restarted"));
        expect(browser.terminal(progress)).toContain(" restart\r\n");
        expect(await containerOf(stack, "web")).toBe(before);
        expect(await browser.agent("downStack", stack)).toEqual(done("Downed"));
        expect(browser.terminal(progress)).toMatch(/ down\r\n/);
        expect(await browser.agent("serviceStatusList", stack)).toMatchObject({ ok: true, serviceStatusList: {} });
        expect(await browser.agent("deleteStack", stack)).toEqual(done("Deleted"));
        expect(browser.terminal(progress)).toContain(" down --remove-orphans\r\n");
        expect(await browser.agent("getStack", stack)).toMatchObject({ ok: false, msg: "Stack not found" });
    });

    it("pulls images when it is updated, and starts only what runs", async () => {
        const { browser, stack } = await startOnEngine();
        await browser.agent("saveStack", stack, yaml, "", true);
        expect(await browser.agent("updateStack", stack)).toEqual(done("Updated"));
        const progress = `compose--${stack}`;
        expect(browser.terminal(progress)).toContain("docker compose pull\r\n");
        expect(browser.terminal(progress)).not.toContain("up -d");
        expect(await containerOf(stack, "web")).toBe("");

        await browser.agent("startStack", stack);
        await listWith(browser, stack, 3);
        expect(await browser.agent("updateStack", stack)).toEqual(done("Updated"));
        expect(
            browser
                .terminal(progress)
                .match(/docker compose \S+/g)
                ?.slice(-2),
        ).toEqual(["docker compose pull", "docker compose up"]);
    });

    it("shows the logs of whoever looks until he leaves, and takes any size", async () => {
        const { browser, stack, connectLoggedIn } = await startOnEngine();
        await browser.agent("deployStack", stack, yaml, "", true);
        const name = `combined--${stack}`;
        await expect.poll(() => browser.terminal(name)).toContain("hello");
        const other = await connectLoggedIn();
        await other.agent("getStack", stack);
        const joined = await other.agent("terminalJoin", name);
        expect(Object.keys(joined)).toEqual(["ok", "buffer"]);
        expect(joined).toEqual({ ok: true, buffer: containing("hello") });
        expect(await other.agent("terminalResize", name, 20, 58)).toEqual({ ok: true });
        expect(await other.agent("terminalResize", "nobody-knows-it", 20, 58)).toEqual({ ok: true });
        expect(await other.agent("leaveCombinedTerminal", stack)).toEqual({ ok: true });
        const seen = other.terminal(name);
        await browser.agent("restartStack", stack);
        await expect.poll(() => browser.terminal(name).match(/hello/g)?.length).toBeGreaterThan(1);
        expect(other.terminal(name)).toBe(seen);
        expect(await other.agent("leaveTerminal", name)).toEqual({ ok: true });
    });

    it("is told within two seconds that somebody has stopped it outside", async () => {
        const { browser, stack } = await startOnEngine();
        await browser.agent("deployStack", stack, yaml.split("  init:")[0], "", true);
        await listWith(browser, stack, 3);
        await docker("kill", `${stack}-web-1`);
        const stopped = Date.now();
        await listWith(browser, stack, 4);
        expect(Date.now() - stopped).toBeLessThan(2000);
    });

    it("answers with Dockge's sentence whatever of compose fails", async () => {
        const { browser, stack } = await startOnEngine();
        const broken = "services:\n  web:\n    image: no.such.host/image:1\n    pull_policy: sometimes\n";
        for (const [event, ...args] of [
            ["deployStack", broken, "", true],
            ["startStack"],
            ["stopStack"],
            ["restartStack"],
            ["downStack"],
            ["updateStack"],
            ["deleteStack"],
        ]) {
            const answer = await browser.agent(String(event), stack, ...args);
            expect({ event, ...answer }).toMatchObject({ event, ok: false, msg: failed, msgi18n: true });
        }
        expect(await browser.agent("getStack", stack)).toMatchObject({ ok: true });
    });

    it("lists the engine's networks, sorted", async () => {
        const { browser } = await start(process.env["DOCKER_HOST"]);
        const answer = await browser.agent("getDockerNetworkList");
        expect(Object.keys(answer)).toEqual(["ok", "dockerNetworkList"]);
        const names = (await docker("network", "ls", "--format", "{{.Name}}")).split("\n");
        const list = z.array(z.string()).parse(answer["dockerNetworkList"]);
        expect(list).toEqual(list.toSorted());
        expect(list).toEqual(expect.arrayContaining(names.filter((name) => ["bridge", "host", "none"].includes(name))));
    });
});

describe("the conversation without an engine", () => {
    it("refuses with Dockge's sentences", async () => {
        const { browser } = await start();
        const invalidName = "Stack name can only contain [a-z][0-9] _ - only";
        expect(await browser.agent("saveStack", "Web", yaml, "", true)).toMatchObject({ ok: false, msg: invalidName });
        expect(await browser.agent("deployStack", "", yaml, "", true)).toMatchObject({ ok: false, msg: invalidName });
        expect(await browser.agent("deleteStack", "../data")).toMatchObject({ ok: false, msg: invalidName });
        expect(await browser.agent("startService", "../x", "web")).toMatchObject({ ok: false, msg: invalidName });
        expect(await browser.agent("stopStack", 5)).toMatchObject({ ok: false, msg: "Name must be a string" });
        expect(await browser.agent("startStack", "nobody")).toMatchObject({ ok: false, msg: "Stack not found" });
        expect(await browser.agent("saveStack", "web", yaml, "A", true)).toMatchObject({ msg: "Invalid .env format" });
        expect(await browser.agent("saveStack", "web", yaml, " \n", true)).toEqual(done("Saved"));
        const taken = await browser.agent("saveStack", "web", yaml, "", true);
        expect(taken).toMatchObject({ ok: false, msg: "Stack name already exists" });
    });

    it("writes .env where there is something to write or one to replace, and never global.env", async () => {
        const { browser, stacksDirectory } = await start();
        const file = join(stacksDirectory, "web/.env");
        await browser.agent("saveStack", "web", yaml, " \n", true);
        await expect(readFile(file)).rejects.toThrow("ENOENT");
        await browser.agent("saveStack", "web", yaml, "A=1", false);
        expect(await readFile(file, "utf8")).toBe("A=1");
        await browser.agent("saveStack", "web", yaml, "", false);
        expect(await readFile(file, "utf8")).toBe("");
        await writeFile(join(stacksDirectory, "global.env"), "B=2\n");
        await browser.agent("saveStack", "web", yaml, "A=1\n", false);
        expect(await readFile(join(stacksDirectory, "global.env"), "utf8")).toBe("B=2\n");
    });

    it("scans the folders here too when all servers are asked to", async () => {
        const { browser, stacksDirectory, connectLoggedIn } = await start();
        const other = await connectLoggedIn();
        await browser.agent("saveStack", "web", yaml, "", true);
        await writeFile(join(stacksDirectory, "web/.env"), "A=1\n");
        expect(await browser.agent("requestStackList")).toEqual(done("Updated"));
        expect(await browser.call("agent", everywhere, "requestStackList")).toEqual(done("Updated"));
        expect(await listWith(other, "web", 0)).toEqual({
            ok: true,
            stackList: { web: simple("web", 0) },
            endpoint: "",
        });
    });

    it("sends differences in the place of lists to whoever understands them", async () => {
        const { browser, url } = await start();
        const page = await converse(url(), {}, { stackListChanges: true });
        await page.call("login", person);
        expect(await page.next("agent stackList")).toEqual({ ok: true, stackList: {}, endpoint: "" });
        page.events();
        await browser.agent("saveStack", "web", yaml, "", true);
        const change = await page.next("agent stackListChange");
        expect(change).toEqual({ ok: true, changed: { web: simple("web", 0) }, removed: [], endpoint: "" });
        expect(page.events()).not.toContain("agent stackList");
    });

    it("knows nothing of a stack any more whose folder is gone, and of one whose folder has come", async () => {
        const { browser, stacksDirectory } = await start();
        await browser.agent("saveStack", "web", yaml, "", true);
        await rename(join(stacksDirectory, "web"), join(stacksDirectory, "shop"));
        expect(await browser.agent("getStack", "web")).toMatchObject({ ok: false, msg: "Stack not found" });
        expect(await browser.agent("getStack", "shop")).toMatchObject({ ok: true, stack: { name: "shop" } });
    });

    it("makes a compose file of docker run, without a name in its first line", async () => {
        const { browser } = await start();
        const { ok, composeTemplate } = await browser.call("composerize", "docker run -p 80:80 nginx:1");
        expect(ok).toBe(true);
        expect(composeTemplate).toMatch(/^services:\n {2}nginx:/);
        expect(await browser.call("composerize", "rm -rf /")).toMatchObject({ ok: false });
    });

    it.each(["pauseStack", "resumeStack", "monitorImportantHeartbeatListCount"])(
        "answers %s, which Dockge's page emits and its server never answers",
        async (event) => {
            const { browser } = await start();
            const unknown = { ok: false, msg: `Unknown event: ${event}`, msgi18n: true, code: "not_found" };
            expect(await browser.call(event, "web")).toEqual(unknown);
            expect(await browser.agent(event, "web")).toEqual(unknown);
        },
    );
});
