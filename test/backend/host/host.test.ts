import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { AppError } from "../../../common/errors.ts";
import { person, startTestHost, type TestHostOptions } from "../../support/host.ts";

const yaml = "services:\n  web:\n    image: nginx\n";

async function started(options: TestHostOptions = { admin: person }) {
    const test = await startTestHost(options);
    await test.start();
    return test;
}

describe("setting up", () => {
    it("makes the first user without a code on loopback, once", async () => {
        const { connect } = await started({});
        const browser = await connect();
        expect(await browser.push("setup")).toEqual([{ codeRequired: false }]);
        expect(await browser.call("needSetup")).toEqual({ ok: true, needSetup: true, codeRequired: false });
        const answer = await browser.call("setup", "admin", "abc123");
        expect(answer).toEqual({ ok: true, msg: "successAdded", msgi18n: true });
        expect(await browser.call("setup", "other", "abc123")).toMatchObject({ ok: false, code: "conflict" });
        expect(await browser.call("needSetup")).toMatchObject({ needSetup: false });
    });

    it("asks for the code of the log where others can connect", async () => {
        const { connect, logLines } = await started({ hostname: "0.0.0.0" });
        const code = logLines.flatMap((line) => line.fields["setUpCode"] ?? [])[0];
        const browser = await connect();
        expect(await browser.push("setup")).toEqual([{ codeRequired: true }]);
        expect(await browser.call("setup", "admin", "abc123")).toMatchObject({ ok: false, code: "unauthorized" });
        expect(await browser.call("setup", "admin", "abc123", "AAAA-AAAA-AAAA")).toMatchObject({ ok: false });
        expect(await browser.call("setup", "admin", "abc123", code)).toMatchObject({ ok: true });
    });

    it("refuses a name of spaces", async () => {
        const { connect } = await started({});
        const browser = await connect();
        expect(await browser.call("setup", "  ", "abc123")).toMatchObject({ ok: false, code: "invalid" });
        expect(await browser.call("needSetup")).toMatchObject({ needSetup: true });
    });

    it("refuses a weak password by Dockge's rule", async () => {
        const { connect } = await started({});
        const browser = await connect();
        expect(await browser.call("setup", "admin", "abcdef")).toMatchObject({ ok: false, code: "invalid" });
    });

    it("makes one user when two pages ask at once", async () => {
        const { connect, users } = await started({});
        const [one, two] = await Promise.all([connect(), connect()]);
        const answers = await Promise.all([one.call("setup", "a", "abc123"), two.call("setup", "b", "abc123")]);
        expect(answers.filter((answer) => answer["ok"])).toHaveLength(1);
        expect(await users.count()).toBe(1);
    });
});

describe("logging in", () => {
    it("gives a token that logs in again, and pushes info, agents and stacks", async () => {
        const { connect } = await started();
        const browser = await connect();
        expect(await browser.push("info")).toEqual([{ primaryHostname: "127.0.0.1" }]);
        const { ok, token } = await browser.call("login", person);
        expect(ok).toBe(true);
        const other = await connect();
        expect(await other.call("loginByToken", token)).toEqual({ ok: true });
        const [info] = await other.push("info", (pushed) => "version" in pushed);
        expect(info).toMatchObject({ version: "1.5.0", product: "dockge-cicd", productVersion: "0.0.0-test" });
        expect(info?.["engine"]).toMatchObject({ available: false });
        expect(await other.push("agentList")).toMatchObject([{ ok: true, agentList: { "": { endpoint: "" } } }]);
        expect(await other.push("stackList")).toEqual([{ ok: true, stackList: {}, endpoint: "" }]);
    });

    it.each([
        ["a wrong password", { username: "admin", password: "wrong" }],
        ["an unknown name", { username: "nobody", password: "wrong" }],
    ])("refuses %s with the same words", async (_case, login) => {
        const { connect } = await started();
        const browser = await connect();
        const answer = await browser.call("login", login);
        expect(answer).toEqual({ ok: false, msg: "authIncorrectCreds", msgi18n: true, code: "unauthorized" });
    });

    it("refuses tokens of others, and of people who are gone", async () => {
        const { connect, users } = await started();
        const browser = await connect();
        const { token } = await browser.call("login", person);
        expect(await browser.call("loginByToken", "no.jwt.atall")).toMatchObject({
            ok: false,
            msg: "authInvalidToken",
        });
        const user = await users.find("admin");
        await users.update(user!.id, { active: false });
        const answer = await browser.call("loginByToken", token);
        expect(answer).toMatchObject({ ok: false, msg: "authUserInactiveOrDeleted" });
    });

    it("stops guessing after ten failures a minute, for the right password too", async () => {
        const { connect } = await started();
        const browser = await connect();
        for (let count = 0; count < 10; count += 1) {
            await browser.call("login", { username: "admin", password: "wrong" });
        }
        const answer = await browser.call("login", person);
        expect(answer).toMatchObject({ ok: false, msg: "Too frequently, try again later.", code: "rate_limited" });
    });

    it("logs everybody in as the first user where Dockge's setting says so", async () => {
        const { connect, settings, start } = await startTestHost({ admin: person });
        await settings.save("general", { disableAuth: true });
        await start();
        const browser = await connect();
        await browser.push("autoLogin");
        expect(await browser.agent("requestStackList")).toMatchObject({ ok: true });
    });

    it("ends other logins when the password changes", async () => {
        const { connectLoggedIn, connect } = await started();
        const [browser, other] = [await connectLoggedIn(), await connectLoggedIn()];
        const { token } = await browser.call("login", person);
        const gone = new Promise((resolve) => other.socket.once("disconnect", resolve));
        const wrong = { currentPassword: "wrong", newPassword: "fresh-password-2" };
        expect(await browser.call("changePassword", wrong)).toMatchObject({ ok: false });
        const right = { ...wrong, currentPassword: person.password, repeatNewPassword: wrong.newPassword };
        const answer = await browser.call("changePassword", right);
        const token2: unknown = expect.any(String);
        expect(answer).toEqual({ ok: true, msg: "Password has been updated successfully.", token: token2 });
        await gone;
        const third = await connect();
        expect(await third.call("loginByToken", token)).toMatchObject({ ok: false, msg: "authInvalidToken" });
    });

    it("forgets who it was at logout", async () => {
        const { connectLoggedIn } = await started();
        const browser = await connectLoggedIn();
        expect(await browser.call("logout")).toEqual({ ok: true });
        expect(await browser.agent("requestStackList")).toMatchObject({ ok: false, msg: "You are not logged in." });
    });
});

describe("programs", () => {
    it("opens REST with the login's token and with an API token, until it is revoked", async () => {
        const { connect, host, apiTokens } = await started();
        const browser = await connect();
        const { token } = await browser.call("login", person);
        expect(await host.authenticate(String(token))).toMatchObject({ username: "admin", via: "login" });
        const { createHash } = await import("node:crypto");
        const tokenHash = createHash("sha256").update("cicd_secret").digest("hex");
        const made = await apiTokens.create({ name: "ci", scopes: ["read"], username: "admin", tokenHash });
        expect(await host.authenticate("cicd_secret")).toEqual({ username: "admin", via: "token", rights: ["read"] });
        await apiTokens.revoke(made.id);
        expect(await host.authenticate("cicd_secret")).toBeUndefined();
        expect(await host.authenticate("garbage")).toBeUndefined();
    });
});

describe("answering", () => {
    it.each([
        ["an unknown direct event", ["pauseStack", "x"], "Unknown event: pauseStack"],
        ["an unknown agent event", ["agent", "", "pauseStack", "x"], "Unknown event: pauseStack"],
        [
            "another server",
            ["agent", "10.0.0.9:5001", "getStack", "x"],
            "Socket client not connected for endpoint: 10.0.0.9:5001",
        ],
        ["a call without an event", ["agent", ""], "agent: give an endpoint and an event's name"],
        ["wrong arguments", ["agent", "", "terminalResize", "x", "many", 3], "argument 2: "],
        ["a bad stack name", ["agent", "", "startStack", "../x"], "Stack name can only contain [a-z][0-9] _ - only"],
        ["a stack name that starts with a dash", ["agent", "", "startStack", "-x"], "stack name: use only"],
        ["a stack name that is none", ["agent", "", "saveStack", 5, "", "", true], "Name must be a string"],
    ])("answers %s", async (_case, [event, ...args], message) => {
        const { connectLoggedIn } = await started();
        const browser = await connectLoggedIn();
        const answer = await browser.call(String(event), ...args);
        expect(answer).toMatchObject({ ok: false, msgi18n: true });
        expect(answer["msg"]).toContain(message);
    });

    it("answers those who are not logged in", async () => {
        const { connect } = await started();
        const browser = await connect();
        const refused = { ok: false, msg: "You are not logged in.", msgi18n: true, code: "unauthorized" };
        expect(await browser.agent("getStack", "x")).toEqual(refused);
        expect(await browser.call("getSettings")).toEqual(refused);
    });

    it("serves the plugin's events, and ends what they started when the browser goes", async () => {
        const { host, start, connectLoggedIn } = await startTestHost({ admin: person });
        const ended = new Promise<void>((resolve) => {
            const table = { greet: { args: z.tuple([z.string().min(2, "name: too short")]), right: "read" } } as const;
            host.registerAgentEvents(table, {
                greet: ([name], context) => {
                    context.emit("greeted", { name });
                    context.onDisconnect(resolve);
                    return { hello: name, by: context.caller.username };
                },
            });
        });
        await start();
        const browser = await connectLoggedIn();
        expect(await browser.agent("greet", "you")).toEqual({ ok: true, hello: "you", by: "admin" });
        expect(await browser.push("greeted")).toEqual([{ name: "you", endpoint: "" }]);
        expect(await browser.agent("greet", "y")).toMatchObject({ ok: false, msg: "name: too short", code: "invalid" });
        browser.socket.disconnect();
        await ended;
    });

    it("tells what a program needs to know beside the sentence of a refusal", async () => {
        const { host, start, connectLoggedIn } = await startTestHost({ admin: person });
        const table = { meet: { args: z.tuple([]), right: "read" } } as const;
        const details = { errorCode: "host_key_changed", offered: "SHA256:x" };
        host.registerAgentEvents(table, {
            meet: () => Promise.reject(new AppError("conflict", "url: another key", { details })),
        });
        await start();
        const browser = await connectLoggedIn();
        expect(await browser.agent("meet")).toMatchObject({ ok: false, code: "conflict", details });
    });

    it("turns pages of other origins away, and lets the public address in", async () => {
        const { connect, url } = await started({ admin: person, baseUrl: "https://dockge.example.org" });
        await expect(connect({ origin: "https://evil.example" })).rejects.toThrow();
        await expect(connect({ origin: "null" })).rejects.toThrow();
        await expect(connect({ origin: url() })).resolves.toBeDefined();
        await expect(connect({ origin: "https://dockge.example.org" })).resolves.toBeDefined();
    });

    it("names stacks and terminals by the endpoint under which a main server knows this one", async () => {
        const { connect } = await started();
        const main = await connect({ endpoint: "nas:5001" });
        await main.call("login", person);
        await main.call("agent", "nas:5001", "saveStack", "demo", yaml, "", true);
        const [list] = await main.push("stackList", (pushed) => JSON.stringify(pushed).includes("demo"));
        expect(list).toMatchObject({ endpoint: "nas:5001", stackList: { demo: { endpoint: "nas:5001" } } });
        await main.call("agent", "nas:5001", "startStack", "demo");
        expect(main.terminal("compose-nas:5001-demo")).toContain("Docker engine");
    });
});

describe("stacks without an engine", () => {
    it("saves, lists and shows a stack", async () => {
        const { connectLoggedIn, stacksDirectory } = await started();
        const browser = await connectLoggedIn();
        const saved = await browser.agent("saveStack", "demo", yaml, "A=1\n", true);
        expect(saved).toEqual({ ok: true, msg: "Saved", msgi18n: true });
        expect(await readFile(join(stacksDirectory, "demo/compose.yaml"), "utf8")).toBe(yaml);
        expect(await readFile(join(stacksDirectory, "demo/.env"), "utf8")).toBe("A=1\n");
        const [list] = await browser.push("stackList", (pushed) => JSON.stringify(pushed).includes("demo"));
        const summary = { name: "demo", status: 0, isManagedByDockge: true, composeFileName: "compose.yaml", tags: [] };
        expect(list).toMatchObject({ ok: true, stackList: { demo: summary } });
        const { stack } = await browser.agent("getStack", "demo");
        expect(stack).toMatchObject({
            ...summary,
            composeYAML: yaml,
            composeENV: "A=1\n",
            primaryHostname: "127.0.0.1",
        });
        const again = await browser.agent("saveStack", "demo", yaml, "", true);
        expect(again).toMatchObject({ ok: false, msg: "Stack name already exists" });
        expect(await browser.agent("saveStack", "other", yaml, "", false)).toMatchObject({ msg: "Stack not found" });
    });

    it.each([
        ["broken YAML", "services:\n  a: [", "", "at line 2"],
        ["an environment file of one line without '='", yaml, "HELLO", "Invalid .env format"],
    ])("refuses %s and writes nothing", async (_case, composeYAML, composeENV, message) => {
        const { connectLoggedIn, stacksDirectory } = await started();
        const browser = await connectLoggedIn();
        const answer = await browser.agent("saveStack", "demo", composeYAML, composeENV, true);
        expect(answer).toMatchObject({ ok: false, code: "invalid" });
        expect(answer["msg"]).toContain(message);
        await expect(readFile(join(stacksDirectory, "demo/compose.yaml"))).rejects.toThrow("ENOENT");
    });

    it.each(["../data", "..", ".", "a/../../data", "/etc", "..\\data", "a\0b", ".hidden"])(
        "keeps %j from leading out of the stacks directory",
        async (name) => {
            const { connectLoggedIn, directory } = await started();
            await mkdir(join(directory, "data"));
            await writeFile(join(directory, "data/compose.yaml"), "secret: true\n");
            const browser = await connectLoggedIn();
            for (const event of ["getStack", "deleteStack", "startStack", "downStack", "updateStack"]) {
                expect(await browser.agent(event, name)).toMatchObject({ ok: false, code: "invalid" });
            }
            expect(await browser.agent("saveStack", name, yaml, "", true)).toMatchObject({ ok: false });
            expect(await readFile(join(directory, "data/compose.yaml"), "utf8")).toBe("secret: true\n");
        },
    );

    it("tells in terminal and answer how to get an engine", async () => {
        const { connectLoggedIn } = await started();
        const browser = await connectLoggedIn();
        const answer = await browser.agent("deployStack", "demo", yaml, "", true);
        expect(answer).toMatchObject({ ok: false, code: "unavailable" });
        expect(answer["msg"]).toContain("Install Docker Engine");
        expect(browser.terminal("compose--demo")).toContain("Install Docker Engine");
        const { buffer } = await browser.agent("terminalJoin", "compose--demo");
        expect(buffer).toContain("Install Docker Engine");
    });

    it("says who holds a busy stack", async () => {
        const { host, connectLoggedIn } = await started();
        const browser = await connectLoggedIn();
        await browser.agent("saveStack", "demo", yaml, "", true);
        const held = host.lock.tryAcquire("demo", "deployment 3f2a is running");
        const answer = await browser.agent("startStack", "demo");
        expect(answer).toMatchObject({ ok: false, code: "conflict" });
        expect(answer["msg"]).toContain("deployment 3f2a is running");
        expect("release" in held).toBe(true);
    });

    it("shows what a job writes into a stack's terminal, then and later", async () => {
        const { host, connectLoggedIn } = await started();
        const browser = await connectLoggedIn();
        await browser.agent("saveStack", "demo", yaml, "", true);
        host.writeToTerminal("demo", "before\r\n");
        await browser.agent("getStack", "demo");
        expect(await browser.agent("terminalJoin", "compose--demo")).toMatchObject({ buffer: "before\r\n" });
        host.writeToTerminal("demo", "after\r\n");
        await browser.push("terminalWrite");
        expect(browser.terminal("compose--demo")).toBe("after\r\n");
    });

    it("lists what it cannot manage and says why, and stacks of the plugin without a compose file", async () => {
        const { host, start, stacksDirectory, connectLoggedIn, directory } = await startTestHost({ admin: person });
        host.extendStacks({
            badges: async () => new Map([["fromgit", "successful"]]),
            environment: async () => ({}),
            elsewhere: () => new Map(),
            details: async () => ({ deploymentHistory: [] }),
        });
        for (const name of ["My.Stack", "fromgit", "nothing"]) {
            await mkdir(join(stacksDirectory, name), { recursive: true });
        }
        await writeFile(join(stacksDirectory, "My.Stack/compose.yml"), yaml);
        await mkdir(join(directory, "elsewhere"));
        await writeFile(join(directory, "elsewhere/docker-compose.yml"), yaml);
        await symlink(join(directory, "elsewhere"), join(stacksDirectory, "linked"));
        await start();
        const browser = await connectLoggedIn();
        const [list] = await browser.push("stackList");
        expect(list?.["stackList"]).toMatchObject({
            "My.Stack": { isManagedByDockge: false, composeFileName: "compose.yml" },
            fromgit: { isManagedByDockge: true, deploymentStatus: "successful" },
            linked: { isManagedByDockge: true, composeFileName: "docker-compose.yml" },
        });
        expect(Object.keys(list?.["stackList"] ?? {})).toEqual(["My.Stack", "fromgit", "linked"]);
        expect(JSON.stringify(list)).toContain("Rename the folder");
        expect(await browser.agent("getStack", "fromgit")).toMatchObject({ stack: { deploymentHistory: [] } });
        expect(await browser.agent("getStack", "My.Stack")).toMatchObject({ ok: true, stack: { composeYAML: yaml } });
        expect(await browser.agent("startStack", "fromgit")).toMatchObject({ ok: false, code: "not_found" });
        expect(await browser.agent("getStack", "constructor")).toMatchObject({ ok: false, msg: "Stack not found" });
    });

    it("takes a compose file of 5 MB", async () => {
        const { connectLoggedIn } = await started();
        const browser = await connectLoggedIn();
        const large = `${yaml}# ${"ä".repeat(4_900_000)}\n`;
        expect(await browser.agent("saveStack", "large", large, "", true)).toMatchObject({ ok: true });
    });
});

describe("settings", () => {
    it("stores general settings, and asks for the password before logins are switched off", async () => {
        const { connectLoggedIn, settings } = await started();
        const browser = await connectLoggedIn();
        const saved = await browser.call("setSettings", { primaryHostname: "nas", globalENV: "A=1" }, undefined);
        expect(saved).toEqual({ ok: true, msg: "Saved" });
        await browser.push("info", (pushed) => pushed["primaryHostname"] === "nas");
        const stored = { ok: true, data: { primaryHostname: "nas", globalENV: "A=1" } };
        expect(await browser.call("getSettings")).toEqual(stored);
        expect(await browser.call("setSettings", { disableAuth: true }, "wrong")).toMatchObject({ ok: false });
        expect(await browser.call("setSettings", { disableAuth: true }, person.password)).toMatchObject({ ok: true });
        const secret = await settings.findText("jwtSecret");
        await browser.call("setSettings", { jwtSecret: "mine" }, undefined);
        expect(await settings.findText("jwtSecret")).toBe(secret);
    });
});
