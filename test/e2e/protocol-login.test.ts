import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { TOTP } from "otpauth";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { LoginSession } from "../../common/schema/login-session.ts";
import { converse, type Conversation } from "../support/conversation.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { until } from "../support/until.ts";

/** Dockge's conversations about logging in and settings, as its page leads them, and what this server adds. */

const person = { username: "ada", password: "correct-horse-1" };
const notLoggedIn = { ok: false, msg: "You are not logged in.", msgi18n: true, code: "unauthorized" };

let server: TestServer;
beforeAll(async () => {
    server = await startServer({ CICD_ADMIN_USERNAME: "", CICD_ADMIN_PASSWORD: "" });
});
afterAll(() => server.stop());

/** Every visitor comes from an address of its own, as far as the server knows: failures are counted by address. */
let visitors = 0;
function visit(address = `10.0.${++visitors}.1`): Promise<Conversation> {
    return converse(server.url, { "x-forwarded-for": address });
}

async function loggedIn(): Promise<Conversation & { readonly token: string }> {
    const page = await visit();
    const { token } = await page.call("login", person);
    await until(() => page.heard.some(({ event }) => event === "agent stackList"));
    page.events();
    return { ...page, token: String(token) };
}

describe("setting up", () => {
    it("greets, asks for the first user, and makes it once", async () => {
        const page = await visit();
        await page.next("setup");
        expect(page.events()).toEqual(["info", "setup"]);
        expect(page.heard[0]?.payload).toEqual({ primaryHostname: "127.0.0.1" });
        expect(await page.call("needSetup")).toMatchObject({ ok: true, needSetup: true });
        expect(await page.call("setup", "ada", "abcdef")).toMatchObject({ ok: false });
        const made = await page.call("setup", person.username, person.password);
        expect(made).toEqual({ ok: true, msg: "successAdded", msgi18n: true });
        expect(await page.call("setup", "eve", person.password)).toMatchObject({ ok: false });
        expect(await page.call("needSetup")).toMatchObject({ ok: true, needSetup: false });
        expect(await page.call("setup", "eve")).toMatchObject({ ok: false });
        await page.call("login", person);
        expect(await page.call("setSettings", { trustProxy: true }, "")).toEqual({ ok: true, msg: "Saved" });
    });
});

describe("logging in", () => {
    it("answers, then pushes info, agents and stacks", async () => {
        const page = await visit();
        const answer = await page.call("login", { ...person, token: "" });
        expect(answer).toMatchObject({ ok: true });
        expect(Object.keys(answer)).toEqual(["ok", "token"]);
        await page.next("agent stackList");
        await until(() => page.heard.length === 5);
        // The last two come in any order.
        expect(page.events()).toEqual(["info", "ack login", "info", ...lists(page)]);
        const [, , info] = page.heard.map(({ payload }) => payload);
        const agents = page.heard.find(({ event }) => event === "agentList")?.payload;
        const stacks = page.heard.find(({ event }) => event === "agent stackList")?.payload;
        expect(info).toMatchObject({ version: "1.5.0", isContainer: false, primaryHostname: "127.0.0.1" });
        expect(info).not.toHaveProperty("latestVersion");
        const self = { url: "", username: "", endpoint: "", name: "", updatedName: "" };
        expect(agents).toEqual({ ok: true, agentList: { "": self } });
        // Others' stacks may run on the same engine.
        expect(stacks).toEqual({ ok: true, stackList: expect.any(Object) as unknown, endpoint: "" });
    });

    it("pushes info before it answers a token, and the rest behind it", async () => {
        const { token } = await loggedIn();
        const page = await visit();
        expect(await page.call("loginByToken", token)).toEqual({ ok: true });
        await until(() => page.heard.length === 5);
        expect(page.events()).toEqual(["info", "info", "ack loginByToken", ...lists(page)]);
    });

    it("does not look at a code of a person without two-factor login", async () => {
        const page = await visit();
        expect(await page.call("login", { ...person, token: "123456" })).toMatchObject({ ok: true });
    });

    it.each([
        ["a wrong password", "login", [{ ...person, password: "wrong" }], "authIncorrectCreds"],
        ["a name that nobody has", "login", [{ username: "eve", password: "wrong" }], "authIncorrectCreds"],
        ["no token", "loginByToken", ["autoLogin"], "authInvalidToken"],
    ])("refuses %s", async (_case, event, args, msg) => {
        const page = await visit();
        expect(await page.call(event, ...args)).toEqual({ ok: false, msg, msgi18n: true, code: "unauthorized" });
        expect(page.events()).toEqual(["info", `ack ${event}`]);
    });

    it("forgets the caller at logout, ends the token, and disconnects others who use it", async () => {
        const { token, ...page } = await loggedIn();
        const other = await visit();
        await other.call("loginByToken", token);
        await other.next("agent stackList");
        expect(await page.call("logout")).toEqual({ ok: true });
        expect(await other.ended()).toContain("refresh");
        expect(await page.call("getSettings")).toEqual(notLoggedIn);
        expect(await page.call("loginByToken", token)).toMatchObject({ ok: false, msg: "authInvalidToken" });
        expect((await bearer(token)).status).toBe(401);
    });
});

describe("answering everything", () => {
    it.each<readonly [string, string, readonly unknown[], string]>([
        ["an event that nobody knows", "pauseStack", ["x"], "Unknown event: pauseStack"],
        ["a call without arguments", "login", [], "argument 1: is missing"],
        ["a login that is a text", "login", ["ada"], "argument 1: "],
        ["a name that is a number", "login", [{ username: 1, password: "x" }], "username: "],
        ["a token that is an object", "loginByToken", [{ $ne: null }], "argument 1: "],
        ["a token that is too long", "loginByToken", ["x".repeat(9000)], "argument 1: "],
        ["an agent call of nobody", "agent", ["", "getStack", "x"], "You are not logged in."],
    ])("%s", async (_case, event, args, message) => {
        const page = await visit();
        const answer = await page.call(event, ...args);
        expect(answer).toMatchObject({ ok: false });
        expect(answer["msg"]).toContain(message);
    });

    it.each<readonly [string, readonly unknown[]]>([
        ["getSettings", []],
        ["setSettings", [{}, ""]],
        ["changePassword", [{ currentPassword: "a", newPassword: "b" }]],
        ["disconnectOtherSocketClients", []],
        ["composerize", ["docker run nginx"]],
        ["addAgent", [{ url: "http://127.0.0.1:1", username: "a", password: "b" }]],
        ["removeAgent", ["http://127.0.0.1:1"]],
        ["updateAgent", ["http://127.0.0.1:1", "x"]],
        ["twoFAStatus", []],
        ["prepare2FA", ["x"]],
        ["verifyToken", ["123456", "x"]],
        ["save2FA", ["x"]],
        ["disable2FA", ["x"]],
        ["renewRecoveryCodes", ["x"]],
        ["getSessions", []],
        ["revokeSession", ["x"]],
        ["revokeOtherSessions", []],
        ["getServerSettings", []],
        ["saveServerSettings", [{}]],
    ])("%s of nobody", async (event, args) => {
        const page = await visit();
        expect(await page.call(event, ...args)).toEqual(notLoggedIn);
    });

    it.each<readonly [string, string, readonly unknown[]]>([
        ["settings that are a text", "setSettings", ["x"]],
        ["a setting with a strange name", "setSettings", [{ "a b": 1 }]],
        ["a setting of this server's own", "setSettings", [{ "cicd.sessionDays": 1 }]],
        ["a global environment that is a number", "setSettings", [{ globalENV: 1 }]],
        ["sessions that last no day", "saveServerSettings", [{ sessionDays: 0 }]],
        ["a session without an id", "revokeSession", [""]],
        ["an agent call without an endpoint", "agent", [5, "getStack"]],
    ])("%s", async (_case, event, args) => {
        const page = await loggedIn();
        expect(await page.call(event, ...args)).toMatchObject({ ok: false, code: "invalid" });
    });
});

describe("two-factor login", () => {
    const codeOf = (secret: unknown, later = 0): string =>
        new TOTP({ secret: String(secret) }).generate({ timestamp: Date.now() + later });
    const refused = { ok: false, msg: "authInvalidToken", msgi18n: true, code: "unauthorized" };

    it("is switched on with a code, asked for, and switched off again", async () => {
        const page = await loggedIn();
        const { password } = person;
        expect(await page.call("twoFAStatus")).toEqual({ ok: true, status: false, recoveryCodesLeft: 0 });
        expect(await page.call("prepare2FA", "wrong")).toMatchObject({ ok: false, msg: "Incorrect current password" });
        const { uri, secret } = await page.call("prepare2FA", password);
        expect(uri).toMatch(/^otpauth:\/\/totp\/.*ada\?issuer=/);
        expect(await page.call("save2FA", password)).toMatchObject({ ok: false, code: "conflict" });
        expect(await page.call("verifyToken", "000000", password)).toEqual({ ok: true, valid: false });
        const shown = codeOf(secret);
        expect(await page.call("verifyToken", shown, password)).toEqual({ ok: true, valid: true });
        const saved = await page.call("save2FA", password);
        expect(saved).toMatchObject({ ok: true, msg: "2faEnabled", msgi18n: true });
        const [first, second] = Array.isArray(saved["recoveryCodes"]) ? saved["recoveryCodes"].map(String) : [];
        expect(await page.call("twoFAStatus")).toEqual({ ok: true, status: true, recoveryCodesLeft: 10 });

        const other = await visit();
        expect(await other.call("login", person)).toEqual({ tokenRequired: true });
        expect(await other.call("login", { ...person, token: "000000" })).toEqual(refused);
        expect(await other.call("login", { ...person, token: shown })).toEqual(refused);
        const next = codeOf(secret, 30_000);
        expect(await other.call("login", { ...person, token: next })).toMatchObject({ ok: true });
        expect(await other.call("login", { ...person, token: next })).toEqual(refused);
        expect(await other.call("login", { ...person, token: first })).toMatchObject({ ok: true });
        expect(await other.call("login", { ...person, token: first })).toEqual(refused);
        expect(await page.call("twoFAStatus")).toMatchObject({ recoveryCodesLeft: 9 });

        expect(await login({ ...person })).toMatchObject({ status: 401 });
        expect(await login({ ...person, token: "000000" })).toMatchObject({ status: 401 });
        expect(await login({ ...person, token: second })).toMatchObject({ status: 200 });

        expect((await page.call("renewRecoveryCodes", password))["recoveryCodes"]).toHaveLength(10);
        expect(await page.call("disable2FA", password)).toEqual({ ok: true, msg: "2faDisabled", msgi18n: true });
        expect(await other.call("login", person)).toMatchObject({ ok: true });
    });
});

describe("logins", () => {
    it("are listed, and ended one by one or all at once", async () => {
        const { token: ownToken, ...page } = await loggedIn();
        await page.call("revokeOtherSessions");
        const { token, ...other } = await loggedIn();
        const sessions = await sessionsOf(page);
        expect(sessions).toHaveLength(2);
        const its = sessions.find(({ current }) => !current);
        expect(its?.address).toMatch(/^10\.0\./);
        expect(await page.call("revokeSession", its?.id)).toEqual({ ok: true });
        expect(await other.ended()).toEqual(["refresh"]);
        expect(await page.call("revokeSession", its?.id)).toMatchObject({ ok: false, code: "not_found" });
        expect((await bearer(token)).status).toBe(401);
        expect((await bearer(ownToken)).status).toBe(200);

        const third = await loggedIn();
        expect(await page.call("revokeOtherSessions")).toEqual({ ok: true });
        expect(await third.ended()).toEqual(["refresh"]);
        expect(await page.call("getSessions")).toMatchObject({ sessions: [{ current: true }] });
    });

    it("keep their tokens when only their connections are ended", async () => {
        const page = await loggedIn();
        const { token, ...other } = await loggedIn();
        expect(await page.call("disconnectOtherSocketClients")).toEqual({ ok: true });
        expect(await other.ended()).toEqual(["refresh"]);
        expect((await bearer(token)).status).toBe(200);
    });

    it("last as many days as the server's own settings say", async () => {
        const page = await loggedIn();
        expect(await page.call("getServerSettings")).toEqual({ ok: true, settings: { sessionDays: null } });
        const saved = await page.call("saveServerSettings", { sessionDays: 30 });
        expect(saved).toEqual({ ok: true, settings: { sessionDays: 30 } });
        for (const { createdAt, expiresAt = "" } of await sessionsOf(page)) {
            expect(Date.parse(expiresAt) - Date.parse(createdAt)).toBe(30 * 24 * 3_600_000);
        }
        const { data } = await page.call("getSettings");
        expect(JSON.stringify(data)).not.toMatch(/session/i);
        expect(await page.call("saveServerSettings", { sessionDays: null })).toMatchObject({ ok: true });
        expect(JSON.stringify(await page.call("getSessions"))).not.toContain("expiresAt");
    });

    it("end with the password; who changed it goes on with a new token", async () => {
        const { token: before, ...page } = await loggedIn();
        const other = await loggedIn();
        const fresh = "correct-horse-2";
        const change = { currentPassword: person.password, newPassword: fresh, repeatNewPassword: fresh };
        expect(await page.call("changePassword", { ...change, currentPassword: "wrong" })).toMatchObject({ ok: false });
        expect(await page.call("changePassword", { ...change, newPassword: "abcdef" })).toMatchObject({ ok: false });
        const changed = await page.call("changePassword", change);
        expect(changed).toMatchObject({ ok: true, msg: "Password has been updated successfully." });
        expect(await other.ended()).toEqual(["refresh"]);
        expect((await bearer(before)).status).toBe(401);
        expect((await bearer(String(changed["token"]))).status).toBe(200);
        expect(await page.call("getSessions")).toMatchObject({ sessions: [{ current: true }] });
        const back = { currentPassword: fresh, newPassword: person.password };
        expect(await page.call("changePassword", back)).toMatchObject({ ok: true });
    });
});

describe("settings", () => {
    const globalFile = (): string => join(server.stacksDirectory, "global.env");

    it("keep what a page sends, and push info", async () => {
        const page = await loggedIn();
        expect(await page.call("getSettings")).toEqual({ ok: true, data: { trustProxy: true, globalENV: "" } });
        const sent = { primaryHostname: "nas.lan", checkUpdate: true, checkBeta: false, later: { a: [1] } };
        expect(await page.call("setSettings", sent, "")).toEqual({ ok: true, msg: "Saved" });
        expect(page.events()).toEqual(["ack getSettings", "info", "ack setSettings"]);
        expect(page.heard.at(-2)?.payload).toMatchObject({ primaryHostname: "nas.lan" });
        // Nobody is asked for a newer version, whatever the setting says.
        expect(page.heard.at(-2)?.payload).not.toHaveProperty("latestVersion");
        expect(await page.call("getSettings")).toEqual({
            ok: true,
            data: { ...sent, trustProxy: true, globalENV: "" },
        });
        await page.call("setSettings", { primaryHostname: "" });
    });

    it("write the variables of all stacks when they are sent, and leave them alone when they are not", async () => {
        const page = await loggedIn();
        await page.call("setSettings", { globalENV: "A=1\n" }, "");
        expect(await readFile(globalFile(), "utf8")).toBe("A=1\n");
        await writeFile(globalFile(), "A=2\n");
        expect(await page.call("setSettings", { checkBeta: true }, "")).toMatchObject({ ok: true });
        expect(await page.call("getSettings")).toMatchObject({ data: { globalENV: "A=2\n", checkBeta: true } });
        expect(await page.call("setSettings", { globalENV: " \n" }, "")).toMatchObject({ ok: true });
        await expect(readFile(globalFile())).rejects.toThrow("ENOENT");
    });

    it("let everybody in where logins are switched off, and nobody any more when they are on again", async () => {
        const page = await loggedIn();
        const waiting = await visit();
        expect(await page.call("setSettings", { disableAuth: true }, "wrong")).toMatchObject({ ok: false });
        expect(await page.call("setSettings", { disableAuth: true }, person.password)).toMatchObject({ ok: true });
        await until(() => waiting.heard.length === 5);
        expect(waiting.events()).toEqual(["info", "autoLogin", "info", ...lists(waiting)]);
        const fresh = await visit();
        await until(() => fresh.heard.length === 5);
        expect(fresh.events()).toEqual(["info", "autoLogin", "info", ...lists(fresh)]);
        expect(await fresh.call("getSessions")).toMatchObject({ ok: true });
        expect(await fresh.call("setSettings", { disableAuth: true, checkBeta: false })).toMatchObject({ ok: true });
        expect(await page.call("setSettings", { disableAuth: false })).toMatchObject({ ok: true });
        expect(await waiting.ended()).toContain("refresh");
        expect(await fresh.ended()).toContain("refresh");
        expect(await page.call("getSettings")).toMatchObject({ ok: true });
        expect(await (await visit()).call("getSettings")).toEqual(notLoggedIn);
    });
});

describe("too many failures", () => {
    const tooMany = { ok: false, msg: "Too frequently, try again later.", msgi18n: true, code: "rate_limited" };

    async function fail(page: Conversation, count: number, event: string, ...args: readonly unknown[]) {
        const answers = [];
        for (let index = 0; index < count; index += 1) {
            answers.push(await page.call(event, ...args));
        }
        return answers.at(-1);
    }

    it("stop one address, on every way in, and no other", async () => {
        const own = await loggedIn();
        const guesser = await visit("10.9.0.66");
        const wrong = { ...person, password: "wrong" };
        expect(await fail(guesser, 10, "login", wrong)).toMatchObject({ msg: "authIncorrectCreds" });
        expect(await guesser.call("login", person)).toEqual(tooMany);
        expect(await fail(guesser, 21, "loginByToken", "garbage")).toEqual(tooMany);
        expect(await guesser.call("loginByToken", own.token)).toEqual({ ok: true });
        const confirm = { currentPassword: "wrong", newPassword: "correct-horse-9" };
        expect(await guesser.call("changePassword", confirm)).toEqual(tooMany);
        for (const event of ["prepare2FA", "save2FA", "disable2FA", "renewRecoveryCodes"]) {
            expect(await guesser.call(event, person.password)).toEqual(tooMany);
        }
        expect(await fail(await visit("10.9.0.67"), 21, "setup", "eve", "correct-horse-9")).toEqual(tooMany);
        expect(await login(person, "10.9.0.66")).toMatchObject({ status: 429 });
        expect(await login(person, "10.9.0.68")).toMatchObject({ status: 200 });
        expect(await (await visit("10.9.0.69")).call("login", person)).toMatchObject({ ok: true });
    });
});

async function sessionsOf(page: Conversation): Promise<readonly LoginSession[]> {
    return z.array(LoginSession).parse((await page.call("getSessions"))["sessions"]);
}

/** The two pushes behind `info`, in the order in which they came. */
function lists({ heard }: Conversation): readonly string[] {
    return heard.map(({ event }) => event).filter((event) => ["agentList", "agent stackList"].includes(event));
}

async function bearer(token: string): Promise<Response> {
    return fetch(`${server.url}/api/v1/stacks`, { headers: { authorization: `Bearer ${token}` } });
}

async function login(body: object, forwardedFor = "127.0.0.1"): Promise<Response> {
    return fetch(`${server.url}/api/v1/login`, {
        method: "POST",
        headers: { "content-type": "application/json", "x-forwarded-for": forwardedFor },
        body: JSON.stringify(body),
    });
}
