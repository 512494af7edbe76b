import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { matching } from "../support/containing.ts";
import { containerOf, docker, removeStack } from "../support/docker.ts";
import { person, startTestHost, type Answer, type TestBrowser, type TestHostOptions } from "../support/host.ts";
import { startRegistry } from "../support/registry.ts";

const loop = "trap 'exit 0' TERM; while :; do sleep 1 & wait $!; done";
const service = `
    image: cicd/busybox:1
    pull_policy: never
    command: ["sh", "-c", "echo hello; ${loop}"]
    stop_grace_period: 1s`;
const yaml = `services:\n  web:${service}\n    deploy: { replicas: 2 }\n  side:${service}\n    profiles: [extra]\n`;

const aText: unknown = expect.any(String);
const aNumber: unknown = expect.any(Number);

async function startOnEngine(options: TestHostOptions = {}) {
    const stack = `pc-${process.pid}-${Math.random().toString(36).slice(2, 8)}`;
    onTestFinished(() => removeStack(stack));
    const dockerVariables = ["DOCKER_HOST", "DOCKER_CONFIG", "PATH", "HOME"];
    const environment = Object.fromEntries(dockerVariables.map((name) => [name, process.env[name] ?? ""]));
    const dockerHost = process.env["DOCKER_HOST"];
    const test = await startTestHost({ admin: person, dockerHost, environment, ...options });
    await test.start();
    return { ...test, stack, browser: await test.connectLoggedIn() };
}

async function untilShown(browser: TestBrowser, terminal: string, text: string | RegExp): Promise<void> {
    await expect.poll(() => browser.terminal(terminal), { timeout: 15_000 }).toMatch(text);
}

async function namesIn(stack: string, state: string): Promise<readonly string[]> {
    const filters = ["--filter", `label=com.docker.compose.project=${stack}`, "--filter", `status=${state}`];
    const names = await docker("ps", "-a", ...filters, "--format", "{{.Names}}");
    return names.split("\n").filter(Boolean).sort();
}

describe.skipIf(process.env["DOCKER_HOST"] === undefined)("the conversation about single services", () => {
    it("starts, stops and restarts one, with Dockge's answers, and tells who stopped the last", async () => {
        const { browser, stack, host } = await startOnEngine();
        const told: string[] = [];
        host.onStackAction((_name, action) => void told.push(action));
        await browser.agent("deployStack", stack, yaml, "", true);

        expect(await browser.agent("startService", stack, "side")).toEqual({ ok: true, msg: "Service side started" });
        const side = await containerOf(stack, "side");
        expect(side).not.toBe("");
        const restarted = await browser.agent("restartService", stack, "side");
        expect(restarted).toEqual({ ok: true, msg: "Service side restarted" });
        expect(await containerOf(stack, "side")).toBe(side);
        expect(await browser.agent("stopService", stack, "web")).toEqual({ ok: true, msg: "Service web stopped" });
        await expect.poll(() => namesIn(stack, "running")).toEqual([`${stack}-side-1`]);
        expect(browser.terminal(`compose--${stack}`)).toContain("docker compose stop web");
        expect(await browser.agent("stopService", stack, "side")).toMatchObject({ ok: true });
        expect(told).toEqual(["started", "started", "started", "stopped"]);

        const unknown = await browser.agent("startService", stack, "nobody");
        expect(unknown).toMatchObject({ ok: false, code: "not_found" });
        expect(unknown["msg"]).toContain("it has side, web");
        for (const name of ["--help", "../x", "", "a b"]) {
            expect(await browser.agent("stopService", stack, name)).toMatchObject({ ok: false, code: "invalid" });
        }
    });

    it("reads global.env, and the stack's own .env with it", async () => {
        const { browser, stack, stacksDirectory } = await startOnEngine();
        await writeFile(join(stacksDirectory, "global.env"), "WORD=global\nOTHER=global\n");
        const said = yaml.replace("pull_policy: never", "pull_policy: never\n    labels: { said: $WORD-$OTHER }");
        await browser.agent("saveStack", stack, said, "OTHER=own\n", true);
        await browser.agent("startService", stack, "web");
        expect(browser.terminal(`compose--${stack}`)).toContain(
            "docker compose --env-file ../global.env --env-file ./.env up -d web",
        );
        expect(await docker("inspect", "-f", '{{index .Config.Labels "said"}}', `${stack}-web-1`)).toBe("global-own");
    });
});

describe.skipIf(process.env["DOCKER_HOST"] === undefined)("the conversation with shells", () => {
    it("shows all who open one the same: what is typed, what is answered, the size", async () => {
        const { browser, stack, connectLoggedIn } = await startOnEngine();
        await browser.agent("deployStack", stack, yaml, "", true);
        const name = `container-exec--${stack}-web-0`;
        expect(await browser.agent("interactiveTerminal", stack, "web", "sh")).toEqual({ ok: true });
        await untilShown(browser, name, "/ #");
        expect(await browser.agent("terminalInput", name, "echo $((20+22))\r")).toEqual({ ok: true });
        await untilShown(browser, name, /\r\n42\r\n/);

        const second = await connectLoggedIn();
        await second.agent("interactiveTerminal", stack, "web", "sh");
        expect((await second.agent("terminalJoin", name))["buffer"]).toContain("42");
        await second.agent("terminalResize", name, 31, 117);
        await second.agent("terminalInput", name, "stty size; hostname\r");
        await untilShown(browser, name, "31 117");
        await untilShown(second, name, "31 117");
        const [first, other] = [`${stack}-web-1`, `${stack}-web-2`];
        await untilShown(browser, name, await docker("inspect", "-f", "{{.Config.Hostname}}", first));

        const replica = `container-exec--${stack}-web-1`;
        await browser.agent("interactiveTerminal", stack, "web", "sh", 1);
        await browser.agent("terminalInput", replica, "hostname\r");
        await untilShown(browser, replica, await docker("inspect", "-f", "{{.Config.Hostname}}", other));

        await browser.agent("terminalInput", replica, "exit 7\r");
        await expect.poll(() => browser.exits(), { timeout: 10_000 }).toContainEqual([replica, 7]);
        expect(await browser.agent("terminalInput", replica, "ls\r")).toMatchObject({ ok: false, code: "not_found" });
    });

    it("says which shell an image lacks, and refuses what is no shell, no service and no container", async () => {
        const { browser, stack } = await startOnEngine();
        await browser.agent("deployStack", stack, yaml, "", true);
        const name = `container-exec--${stack}-web-0`;
        await browser.agent("interactiveTerminal", stack, "web", "bash");
        await untilShown(browser, name, "The image of web has no bash; try another shell.");
        await browser.agent("interactiveTerminal", stack, "web", "/bin/sh");
        await untilShown(browser, name, "/ #");

        for (const shell of ["sh -c id", "-it", "../sh", "", "sh\n"]) {
            const refused = await browser.agent("interactiveTerminal", stack, "web", shell);
            expect(refused).toMatchObject({ ok: false, code: "invalid" });
        }
        expect(await browser.agent("interactiveTerminal", stack, "nobody", "sh")).toMatchObject({ code: "not_found" });
        expect(await browser.agent("interactiveTerminal", stack, "web", "sh", 9)).toMatchObject({ code: "not_found" });
        for (const terminal of [`compose--${stack}`, `combined--${stack}`]) {
            const refused = await browser.agent("terminalInput", terminal, "x");
            expect(refused).toMatchObject({ ok: false });
        }
        expect(await browser.agent("terminalInput", "console", "id\r")).toMatchObject({ ok: false });
        expect(await browser.agent("terminalJoin", "container-exec--none-web-0")).toEqual({ ok: true, buffer: "" });
    });

    it("leaves no shell behind when the server stops", async () => {
        const { browser, stack, host } = await startOnEngine();
        await browser.agent("deployStack", stack, yaml, "", true);
        await browser.agent("interactiveTerminal", stack, "web", "sh");
        await untilShown(browser, `container-exec--${stack}-web-0`, "/ #");
        const shells = async () =>
            (await docker("exec", `${stack}-web-1`, "ps")).match(/\d \{?sh\}? *\n|\bsh$/gm) ?? [];
        const before = (await shells()).length;
        expect(before).toBeGreaterThan(0);
        await host.stop();
        await expect.poll(async () => (await shells()).length, { timeout: 10_000 }).toBeLessThan(before);
    });

    it("keeps the console shut unless it is enabled", async () => {
        const { browser } = await startOnEngine();
        expect(await browser.agent("checkMainTerminal")).toEqual({ ok: false });
        expect(await browser.agent("mainTerminal", "console")).toMatchObject({
            ok: false,
            msg: "Console is not enabled.",
        });
    });

    it("opens the console in the stacks directory, without the server's own secrets", async () => {
        process.env["CICD_ENCRYPTION_KEY"] = "not-for-consoles";
        onTestFinished(() => {
            delete process.env["CICD_ENCRYPTION_KEY"];
        });
        const { browser, stacksDirectory } = await startOnEngine({ enableConsole: true });
        expect(await browser.agent("checkMainTerminal")).toEqual({ ok: true });
        expect(await browser.agent("mainTerminal", "anything")).toEqual({ ok: true });
        await browser.agent("terminalInput", "console", "pwd; env | grep -c not-for-consoles; echo done$((1+1))\r");
        await untilShown(browser, "console", "done2");
        expect(browser.terminal("console")).toContain(`${stacksDirectory}\r\n0\r\n`);
        expect(await browser.agent("terminalInput", "console", "exit\r")).toEqual({ ok: true });
        await expect.poll(() => browser.exits(), { timeout: 10_000 }).toContainEqual(["console", 0]);
    });
});

describe.skipIf(process.env["DOCKER_HOST"] === undefined)("the conversation about what containers use", () => {
    it("pushes it while somebody asks, follows new containers, and answers Dockge's table", async () => {
        const { browser, stack } = await startOnEngine();
        await browser.agent("deployStack", stack, yaml, "", true);
        expect(await browser.agent("subscribeStats", stack)).toEqual({ ok: true });
        const [stats] = await browser.push("containerStats", (push) => push["stackName"] === stack);
        expect(stats).toMatchObject({
            containers: [
                { container: `${stack}-web-1`, service: "web", memoryBytes: aNumber },
                { container: `${stack}-web-2`, service: "web", cpuPercent: aNumber },
            ],
        });
        await browser.agent("startService", stack, "side");
        await browser.push("containerStats", (push) => JSON.stringify(push).includes(`${stack}-side-1`));
        expect(await browser.agent("unsubscribeStats", stack)).toEqual({ ok: true });

        const { ok, dockerStats } = await browser.agent("dockerStats");
        expect(ok).toBe(true);
        expect(dockerStats).toMatchObject({
            [`${stack}-web-1`]: {
                Name: `${stack}-web-1`,
                CPUPerc: matching(/%$/),
                MemUsage: aText,
            },
        });
        expect(await browser.agent("subscribeStats", "nobody")).toMatchObject({ ok: false, code: "not_found" });
    });
});

describe.skipIf(process.env["DOCKER_HOST"] === undefined)("the conversation about updates", () => {
    it("tells which images have changed under their names, and updates stacks in turn", async () => {
        const { browser, stack } = await startOnEngine();
        const registry = await startRegistry({ notify: { url: "http://127.0.0.1:9/", headers: {} } });
        onTestFinished(() => registry.stop());
        const image = `${registry.host}/${stack}/app:1`;
        onTestFinished(async () => {
            await docker("rmi", "-f", image);
        });
        const files = (word: string) => ({ Dockerfile: "FROM cicd/busybox:1\nCOPY word /word\n", word });
        const first = await registry.publish(`${stack}/app`, "1", files("one"));
        const text = [
            `services:\n  app:\n    image: ${image}\n    stop_grace_period: 1s\n    command: ["sh", "-c", "${loop}"]`,
            `  own:\n    build: .\n    image: ${stack}-own\n    profiles: [no]`,
            `  fixed:\n    image: ${registry.host}/${stack}/app@${first}\n    profiles: [no]`,
            `  gone:\n    image: 127.0.0.1:9/nobody/there:1\n    profiles: [no]\n`,
        ].join("\n");
        await browser.agent("deployStack", stack, text, "", true);
        expect(await browser.agent("checkImageUpdates", stack)).toEqual({
            ok: true,
            updates: [
                { service: "app", image, state: "current", digest: first },
                { service: "fixed", image: aText, state: "pinned" },
                { service: "gone", image: aText, state: "unknown", reason: aText },
                { service: "own", image: aText, state: "built" },
            ],
        });
        const second = await registry.publish(`${stack}/app`, "1", files("two"));
        expect(second).not.toBe(first);
        expect(await browser.agent("checkImageUpdates", stack)).toMatchObject({
            updates: [{ service: "app", state: "newer", digest: second }, {}, {}, {}],
        });

        await browser.agent("saveStack", stack, text.split("\n  own:")[0], "", false);
        const begun = await browser.agent("updateStacks", [stack, "nobody"]);
        expect(begun).toEqual({
            ok: true,
            updates: [
                { stackName: stack, state: "waiting" },
                { stackName: "nobody", state: "waiting" },
            ],
        });
        expect(await browser.agent("updateStacks", [stack])).toMatchObject({ ok: false, code: "conflict" });
        const [done] = await browser.push("stackUpdates", isDone);
        expect(done?.["updates"]).toEqual([
            { stackName: stack, state: "updated" },
            { stackName: "nobody", state: "skipped", message: "Stack not found" },
        ]);
        expect(await browser.agent("checkImageUpdates", stack)).toMatchObject({ updates: [{ state: "current" }] });
        expect(await docker("exec", await containerOf(stack, "app"), "cat", "/word")).toBe("two");
    });

    it("removes nothing where nothing is asked for", async () => {
        const { browser } = await startOnEngine();
        expect(await browser.agent("pruneEngine", { images: "none" })).toEqual({
            ok: true,
            report: { reclaimedBytes: 0, images: 0, containers: 0, networks: 0, volumes: 0 },
        });
    });
});

describe.skipIf(process.env["DOCKER_HOST"] === undefined)("the conversation about files", () => {
    it("takes a stack down with its files kept, then deletes what cannot be taken down", async () => {
        const { browser, stack, stacksDirectory } = await startOnEngine();
        const text = `${yaml.replace("  side:", "    volumes: [data:/data]\n  side:")}volumes: { data: {} }\n`;
        await browser.agent("deployStack", stack, text, "", true);
        const volumes = () => docker("volume", "ls", "-q", "--filter", `label=com.docker.compose.project=${stack}`);
        expect(await volumes()).toBe(`${stack}_data`);
        const kept = await browser.agent("deleteStack", stack, { keepFiles: true });
        expect(kept).toEqual({ ok: true, msg: "Downed", msgi18n: true });
        await expect.poll(() => namesIn(stack, "running")).toEqual([]);
        expect(await volumes()).toBe(`${stack}_data`);
        expect(await readFile(join(stacksDirectory, stack, "compose.yaml"), "utf8")).toBe(text);
        await browser.agent("deleteStack", stack, { keepFiles: true, removeVolumes: true });
        expect(await volumes()).toBe("");

        await writeFile(join(stacksDirectory, stack, "compose.yaml"), "services: nonsense\n");
        expect(await browser.agent("deleteStack", stack)).toMatchObject({ ok: false });
        expect(await browser.agent("deleteStack", stack, { force: true })).toMatchObject({ ok: true, msg: "Deleted" });
        expect(await readdir(stacksDirectory)).toEqual([]);
    });

    it("keeps an override file of the user's own, and leaves a generated one alone", async () => {
        const { browser, stack, stacksDirectory } = await startOnEngine();
        const own = "services:\n  web:\n    labels: { mine: yes }\n";
        await browser.agent("saveStack", stack, yaml, "", true, { composeOverride: own });
        expect(await browser.agent("getStack", stack)).toMatchObject({
            stack: { composeOverride: { fileName: "compose.override.yaml", text: own, generated: false } },
        });
        await browser.agent("saveStack", stack, yaml, "", false);
        expect(await readFile(join(stacksDirectory, stack, "compose.override.yaml"), "utf8")).toBe(own);
        await browser.agent("saveStack", stack, yaml, "", false, { composeOverride: "" });
        expect(await readdir(join(stacksDirectory, stack))).toEqual(["compose.yaml"]);

        const generated = "# Generated by dockge-cicd for commit x\nservices: {}\n";
        await writeFile(join(stacksDirectory, stack, "compose.override.yaml"), generated);
        expect(await browser.agent("getStack", stack)).toMatchObject({
            stack: { composeOverride: { generated: true } },
        });
        const refused = await browser.agent("saveStack", stack, yaml, "", false, { composeOverride: own });
        expect(refused).toMatchObject({ ok: false, code: "conflict" });
        const same = await browser.agent("saveStack", stack, yaml, "", false, { composeOverride: generated });
        expect(same).toMatchObject({ ok: true });
    });
});

describe.skipIf(process.env["DOCKER_HOST"] === undefined)("the conversation about a project without a folder", () => {
    it("looks at it, stops, starts and restarts it and its services, and says what it cannot do", async () => {
        const { browser, stack, directory } = await startOnEngine();
        await mkdir(join(directory, "outside"));
        const file = join(directory, "outside/compose.yaml");
        await writeFile(file, yaml);
        await docker("compose", "-p", stack, "-f", file, "up", "-d");
        await expect
            .poll(() => browser.agent("getStack", stack), { timeout: 10_000 })
            .toMatchObject({ ok: true, stack: { isManagedByDockge: false, composeYAML: "" } });
        await untilShown(browser, `combined--${stack}`, "hello");
        await expect
            .poll(() => browser.agent("serviceStatusList", stack), { timeout: 10_000 })
            .toMatchObject({ serviceStatusList: { web: "running" } });

        expect(await browser.agent("stopStack", stack)).toMatchObject({ ok: true, msg: "Stopped" });
        await expect.poll(() => namesIn(stack, "running")).toEqual([]);
        expect(await browser.agent("startStack", stack)).toMatchObject({ ok: true, msg: "Started" });
        expect(await browser.agent("restartStack", stack)).toMatchObject({ ok: true, msg: "Restarted" });
        expect(await browser.agent("stopService", stack, "web")).toMatchObject({ ok: true });
        expect(await browser.agent("startService", stack, "web")).toMatchObject({ ok: true });
        await expect.poll(() => namesIn(stack, "running")).toEqual([`${stack}-web-1`, `${stack}-web-2`]);
        await browser.agent("interactiveTerminal", stack, "web", "sh");
        await untilShown(browser, `container-exec--${stack}-web-0`, "/ #");
        for (const event of ["updateStack", "downStack", "deleteStack"]) {
            const refused = await browser.agent(event, stack);
            expect(refused).toMatchObject({ ok: false, code: "not_found" });
            expect(refused["msg"]).toContain("has no folder");
        }
    });
});

function isDone({ updates }: Answer): boolean {
    return Array.isArray(updates) && !JSON.stringify(updates).match(/waiting|updating/);
}
