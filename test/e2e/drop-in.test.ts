import { execFile } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { compareSync, genSaltSync, hashSync } from "bcrypt";
import { describe, expect, it, onTestFinished } from "vitest";
import { converse } from "../support/conversation.ts";
import {
    changeAsDockge,
    dockgeMigrations,
    dockgeToken,
    isGoodForDockge,
    makeDockgeData,
    readAsDockge,
    type DockgeShape,
} from "../support/dockge-database.ts";
import { admin, startServer, type TestServer } from "../support/server.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const run = promisify(execFile);
const program = process.env["CICD_TEST_PROGRAM"] ?? join(import.meta.dirname, "../../dist/dockge-cicd.js");
const yaml = "# mine\nservices:\n  web:\n    image: nginx\n";

/** Our server on a directory of Dockge's; without a first user of its own, as there is one. */
async function takeOver(dataDirectory: string, stacksDirectory: string): Promise<TestServer> {
    const server = await startServer({
        DOCKGE_DATA_DIR: dataDirectory,
        DOCKGE_STACKS_DIR: stacksDirectory,
        CICD_ADMIN_USERNAME: "",
        CICD_ADMIN_PASSWORD: "",
    });
    onTestFinished(() => server.stop());
    return server;
}

function hashOf(users: readonly unknown[]): string {
    const [user] = users;
    return typeof user === "object" && user !== null && "password" in user ? String(user.password) : "";
}

describe.each<DockgeShape>(["1.5.0", "master"])("a data directory of Dockge %s", (shape) => {
    it("is taken over with its logins, and given back as it was", async () => {
        const directory = await temporaryDirectory();
        const [data, stacks] = [join(directory, "data"), join(directory, "stacks")];
        const { jwtSecret, user, agent } = makeDockgeData(data, shape);
        await mkdir(join(stacks, "web"), { recursive: true });
        await writeFile(join(stacks, "web/compose.yaml"), yaml);
        await writeFile(join(stacks, "web/.env"), "A=1\n");
        const before = readAsDockge(data);
        const far = await startServer();
        onTestFinished(() => far.stop());

        const server = await takeOver(data, stacks);
        const page = await converse(server.url);
        // The browser is still logged in.
        expect(await page.call("loginByToken", dockgeToken("ada", hashOf(before.users), jwtSecret))).toEqual({
            ok: true,
        });
        const list = await page.next("agentList");
        expect(list).toMatchObject({ agentList: { "127.0.0.1:9": { url: agent.url, username: "far" } } });
        expect(JSON.stringify(page.heard)).not.toContain(agent.password);
        const { data: settings } = await page.call("getSettings");
        const known = { primaryHostname: "nas.lan", checkUpdate: true, disableAuth: false, globalENV: "" };
        expect(settings).toEqual(known);
        const saved = { ...known, primaryHostname: "nas2.lan", checkBeta: true };
        expect(await page.call("setSettings", saved, "")).toMatchObject({ ok: true });
        const { stack } = await page.call("agent", "", "getStack", "web");
        expect(stack).toMatchObject({ composeYAML: yaml, composeENV: "A=1\n" });
        expect(await page.call("agent", "", "saveStack", "web", yaml, "", false)).toMatchObject({ ok: true });
        expect(await readFile(join(stacks, "web/.env"), "utf8")).toBe("");
        expect(await page.call("agent", "", "saveStack", "two", yaml, "\n", true)).toMatchObject({ ok: true });
        await expect(readFile(join(stacks, "two/.env"))).rejects.toThrow("ENOENT");
        const added = await page.call("addAgent", { ...admin, url: far.url, name: "" });
        expect(added).toEqual({ ok: true, msg: "agentAddedSuccessfully", msgi18n: true });
        expect(await page.call("updateAgent", far.url, "far away")).toMatchObject({ ok: true });
        const newPassword = "correct-horse-2";
        const change = { currentPassword: user.password, newPassword };
        const { token } = await page.call("changePassword", change);
        await page.call("saveServerSettings", { sessionDays: null });
        page.socket.disconnect();
        await server.stop();
        await run(process.execPath, [program, "go-back", "--dataDir", data], { env: { PATH: process.env["PATH"] } });

        const after = readAsDockge(data);
        expect(after.integrity).toBe("ok");
        const { agent: agentColumns, ...tables } = after.tables;
        const { agent: agentColumnsBefore, ...tablesBefore } = before.tables;
        expect(tables).toEqual(tablesBefore);
        expect(agentColumns).toEqual(expect.arrayContaining(agentColumnsBefore ?? []));
        expect(after.indexes).toEqual(before.indexes);
        expect(after.migrations).toEqual(dockgeMigrations.map((name) => ({ name, batch: 1 })));
        expect(after.locks).toEqual([{ is_locked: 0 }]);
        const general = after.settings.filter((row) => JSON.stringify(row).includes('"general"'));
        expect(general).toEqual([
            { key: "checkBeta", value: "true", type: "general" },
            { key: "checkUpdate", value: "true", type: "general" },
            { key: "disableAuth", value: "false", type: "general" },
            { key: "primaryHostname", value: '"nas2.lan"', type: "general" },
        ]);
        expect(after.settings).toContainEqual({ key: "jwtSecret", value: jwtSecret, type: null });
        const hash = hashOf(after.users);
        expect(hash).toMatch(/^\$2a\$10\$.{53}$/);
        expect(compareSync(newPassword, hash)).toBe(true);
        expect(isGoodForDockge(String(token), hash, jwtSecret)).toBe(true);
        expect(after.users).toMatchObject([{ username: "ada", timezone: "Europe/Berlin", twofa_status: 0 }]);
        expect(after.agents).toMatchObject([
            agent,
            { url: far.url, username: admin.username, password: admin.password },
        ]);
        if (shape === "master") {
            expect(after.agents).toMatchObject([{ name: null }, { name: "far away" }]);
        }

        // Dockge writes what it writes, and ours takes over again.
        const byDockge = hashSync("correct-horse-3", genSaltSync(10, "a"));
        changeAsDockge(data, "update user set password = ? where username = ?", byDockge, "ada");
        changeAsDockge(data, "update setting set value = ? where key = ?", '"nas3.lan"', "primaryHostname");
        changeAsDockge(data, "insert into agent (url, username, password) values (?, 'a', 'b')", "http://127.0.0.1:7");
        const again = await takeOver(data, stacks);
        const later = await converse(again.url);
        expect(await later.call("loginByToken", token)).toMatchObject({ ok: false, msg: "authInvalidToken" });
        const login = { username: "ada", password: "correct-horse-3" };
        expect(await later.call("login", login)).toMatchObject({ ok: true });
        expect(await later.next("agentList")).toMatchObject({ agentList: { "127.0.0.1:7": { username: "a" } } });
        expect(await later.call("getSettings")).toMatchObject({
            data: { primaryHostname: "nas3.lan", checkBeta: true },
        });
        expect(readAsDockge(data).migrations).toHaveLength(3);
    });
});
