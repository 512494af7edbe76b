import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { z } from "zod";
import { containerOf, docker, removeStack } from "../support/docker.ts";
import { person, startTestHost, type Answer, type TestBrowser } from "../support/host.ts";

const loop = "trap 'exit 0' TERM; while :; do sleep 1 & wait $!; done";

/** A service that greets and stays, and one that does its work and ends. */
const yaml = `
services:
  web:
    image: cicd/busybox:1
    pull_policy: never
    environment: { GREETING: "\${GREETING:-nobody}" }
    command: ["sh", "-c", "echo hello $$GREETING; ${loop}"]
    healthcheck: { test: ["CMD", "true"], interval: 1s }
  init:
    image: cicd/busybox:1
    pull_policy: never
    command: ["true"]
`;

async function startOnEngine() {
    const stack = `host-${process.pid}-${Math.random().toString(36).slice(2, 8)}`;
    onTestFinished(() => removeStack(stack));
    const dockerVariables = ["DOCKER_HOST", "DOCKER_CONFIG", "PATH", "HOME"];
    const environment = Object.fromEntries(dockerVariables.map((name) => [name, process.env[name] ?? ""]));
    const test = await startTestHost({ admin: person, dockerHost: process.env["DOCKER_HOST"], environment });
    await test.start();
    return { ...test, stack, browser: await test.connectLoggedIn() };
}

/** Waits for a push of the list in which a stack has a status. */
async function untilStatus(browser: TestBrowser, stack: string, status: number): Promise<void> {
    await browser.push("stackList", (pushed) => statusIn(pushed, stack) === status);
}

const StackList = z.object({ stackList: z.record(z.string(), z.object({ status: z.int() })) });

function statusIn(pushed: Answer, stack: string): number | undefined {
    return StackList.parse(pushed).stackList[stack]?.status;
}

describe.skipIf(process.env["DOCKER_HOST"] === undefined)("a stack's buttons", () => {
    it("deploy, stop, start, restart, take down and delete it, with live status and output", async () => {
        const { browser, stack, host, stacksDirectory } = await startOnEngine();
        const actions: string[] = [];
        host.onStackAction((name, action) => void actions.push(`${name} ${action}`));

        const deployed = await browser.agent("deployStack", stack, yaml, "GREETING=world\n", true);
        expect(deployed).toEqual({ ok: true, msg: "Deployed", msgi18n: true });
        expect(browser.terminal(`compose--${stack}`)).toContain("docker compose up -d --remove-orphans");
        expect(browser.terminal(`compose--${stack}`)).toContain("Started");
        await untilStatus(browser, stack, 3);
        await untilShown(browser, `combined--${stack}`, "hello world");
        const first = await containerOf(stack, "web");
        expect(first).not.toBe("");
        await untilHealthy(browser, stack);
        expect(await browser.agent("getStack", stack)).toMatchObject({
            stack: { status: 3, composeENV: "GREETING=world\n" },
        });

        expect(await browser.agent("stopStack", stack)).toMatchObject({ ok: true, msg: "Stopped" });
        await untilStatus(browser, stack, 4);
        expect(await browser.agent("startStack", stack)).toMatchObject({ ok: true, msg: "Started" });
        expect(await browser.agent("restartStack", stack)).toMatchObject({ ok: true, msg: "Restarted" });
        expect(await containerOf(stack, "web")).toBe(first);
        expect(await browser.agent("downStack", stack)).toMatchObject({ ok: true, msg: "Downed" });
        await untilStatus(browser, stack, 1);
        expect(await browser.agent("deleteStack", stack)).toMatchObject({ ok: true, msg: "Deleted" });
        expect(await readdir(stacksDirectory)).toEqual([]);
        expect(actions.map((action) => action.split(" ")[1])).toEqual([
            "started",
            "stopped",
            "started",
            "started",
            "stopped",
            "deleted",
        ]);
    });

    it("are refused while another works, and say why they failed", async () => {
        const { browser, stack } = await startOnEngine();
        const broken = yaml.replace("image: cicd/busybox:1", "image: no.such.host/image:1");
        const failed = await browser.agent("deployStack", stack, broken, "", true);
        expect(failed).toMatchObject({
            ok: false,
            msg: "Failed to deploy, please check the terminal output for more information.",
        });
        await browser.agent("saveStack", stack, yaml, "", false);
        const [one, two] = await Promise.all([browser.agent("startStack", stack), browser.agent("stopStack", stack)]);
        expect(one).toMatchObject({ ok: true });
        expect(two).toMatchObject({ ok: false, code: "conflict" });
        expect(two["msg"]).toContain("it is being started");
    });
});

describe.skipIf(process.env["DOCKER_HOST"] === undefined)("what happens outside the page", () => {
    it("shows in the list: containers that others start and end, and projects without a folder", async () => {
        const { browser, stack, directory } = await startOnEngine();
        await mkdir(join(directory, "outside"));
        await writeFile(join(directory, "outside/compose.yaml"), yaml);
        const file = join(directory, "outside/compose.yaml");
        await docker("compose", "-p", stack, "-f", file, "up", "-d");
        await untilStatus(browser, stack, 3);
        const { stack: shown } = await browser.agent("getStack", stack);
        expect(shown).toMatchObject({ isManagedByDockge: false, composeYAML: "" });
        await docker("compose", "-p", stack, "-f", file, "stop", "-t", "1");
        await untilStatus(browser, stack, 4);
        await docker("compose", "-p", stack, "-f", file, "down");
        await browser.push("stackList", (pushed) => statusIn(pushed, stack) === undefined);
    });

    it("lists the engine's networks, sorted", async () => {
        const { browser } = await startOnEngine();
        const { ok, dockerNetworkList } = await browser.agent("getDockerNetworkList");
        expect(ok).toBe(true);
        expect(dockerNetworkList).toEqual(expect.arrayContaining(["bridge", "host", "none"]));
    });
});

async function untilShown(browser: TestBrowser, terminal: string, text: string): Promise<void> {
    await browser.push("terminalWrite", () => browser.terminal(terminal).includes(text));
}

/** The page polls this as well. */
async function untilHealthy(browser: TestBrowser, stack: string): Promise<void> {
    await expect
        .poll(() => browser.agent("serviceStatusList", stack), { timeout: 15_000 })
        .toMatchObject({ ok: true, serviceStatusList: { web: "healthy", init: "exited" } });
}
