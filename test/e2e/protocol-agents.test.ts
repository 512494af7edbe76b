import { describe, expect, it, vi } from "vitest";
import { containing } from "../support/containing.ts";
import { person, startTestHost } from "../support/host.ts";
import { fieldsOf } from "../support/main-page.ts";
import { startPlayedAgent } from "../support/played-agent.ts";

const credentials = { username: "ada", password: "correct-horse-1" };

/** Waits for what comes late on a busy machine. */
function soon(look: () => void | Promise<void>): Promise<void> {
    return vi.waitFor(look, 15_000);
}

async function startMain() {
    const main = await startTestHost({ admin: person });
    await main.start();
    return main;
}

const statusIs =
    (status: string) =>
    (push: Readonly<Record<string, unknown>>): boolean =>
        push["status"] === status;

describe("this server as main of a Dockge 1.5.0 agent", () => {
    it("takes the agent in, tells every browser, and shows its stacks under its endpoint", async () => {
        const agent = await startPlayedAgent();
        const main = await startMain();
        const [browser, other] = [await main.connectLoggedIn(), await main.connectLoggedIn()];

        const added = await browser.call("addAgent", { url: agent.url, ...credentials, name: "Cellar" });

        expect(added).toEqual({ ok: true, msg: "agentAddedSuccessfully", msgi18n: true });
        const entry = { url: agent.url, username: "ada", endpoint: agent.endpoint, name: "Cellar", updatedName: "" };
        for (const { push } of [browser, other]) {
            const [list] = await push("agentList", ({ agentList }) => JSON.stringify(agentList).includes("Cellar"));
            expect(Object.entries(fieldsOf(list?.["agentList"]))).toEqual([
                ["", { url: "", username: "", endpoint: "", name: "", updatedName: "" }],
                [agent.endpoint, entry],
            ]);
            await push("agentStatus", statusIs("online"));
            const [stacks] = await push("stackList", ({ endpoint }) => endpoint === agent.endpoint);
            expect(stacks?.["stackList"]).toMatchObject({ demo: { status: 3, endpoint: agent.endpoint } });
        }
        expect(new Set(agent.headers)).toEqual(new Set([agent.endpoint]));
        expect(agent.heard.filter(({ event }) => event === "login")).toHaveLength(1);
    });

    it("renames an agent for people, and tells every browser", async () => {
        const agent = await startPlayedAgent();
        const main = await startMain();
        const [browser, other] = [await main.connectLoggedIn(), await main.connectLoggedIn()];
        await browser.call("addAgent", { url: agent.url, ...credentials, name: "Cellar" });

        const renamed = await browser.call("updateAgent", agent.url, "Attic");

        expect(renamed).toEqual({ ok: true, msg: "agentUpdatedSuccessfully", msgi18n: true });
        for (const { push } of [browser, other]) {
            await push("agentList", ({ agentList }) => JSON.stringify(agentList).includes("Attic"));
        }
        expect(await browser.call("updateAgent", "http://nobody:1", "Attic")).toMatchObject({ ok: false });
    });

    it("passes calls on as they are, with the agent's own answers, and the terminal's text", async () => {
        const agent = await startPlayedAgent({
            answer: (event) =>
                event === "stopStack" ? { ok: false, msg: "Stack not found", msgi18n: true } : undefined,
        });
        const main = await startMain();
        const browser = await main.connectLoggedIn();
        await browser.call("addAgent", { url: agent.url, ...credentials });
        const call = (event: string, ...args: unknown[]) => browser.call("agent", agent.endpoint, event, ...args);

        expect(await call("getStack", "demo")).toMatchObject({
            ok: true,
            stack: { name: "demo", composeYAML: "services: {}\n", endpoint: agent.endpoint },
        });
        expect(await call("serviceStatusList", "demo")).toEqual({ ok: true, serviceStatusList: { web: "running" } });
        expect(await call("stopStack", "demo")).toEqual({ ok: false, msg: "Stack not found", msgi18n: true });
        expect(await call("deployStack", "demo", "services: {}\n", "A=1", false)).toMatchObject({ ok: true });
        expect(agent.heard.at(-1)?.args).toEqual(["", "deployStack", "demo", "services: {}\n", "A=1", false]);
        await soon(() => expect(browser.terminal(`compose-${agent.endpoint}-demo`)).toContain("demo-web-1 Started"));
        expect(await call("terminalInput", "console", "ls\r")).toEqual({ ok: true });
    });

    it("does not let the agent speak for others", async () => {
        const agent = await startPlayedAgent();
        const main = await startMain();
        const browser = await main.connectLoggedIn();
        await browser.call("addAgent", { url: agent.url, ...credentials });
        await browser.push("agentStatus", statusIs("online"));

        agent.push("terminalWrite", "compose--demo", "a lie");
        agent.push("terminalWrite", "console", "a lie");
        agent.push("deploymentStatusUpdate", { deployment: { id: "1" }, endpoint: "" });
        const [update] = await browser.push("deploymentStatusUpdate");

        expect(update).toEqual({ deployment: { id: "1" }, endpoint: agent.endpoint });
        expect(browser.terminal("compose--demo") + browser.terminal("console")).toBe("");
    });

    it("answers ##ALL_DOCKGE_ENDPOINTS## itself, and sends it to the agents too", async () => {
        const agent = await startPlayedAgent();
        const main = await startMain();
        const browser = await main.connectLoggedIn();
        await browser.call("addAgent", { url: agent.url, ...credentials });
        await browser.push("agentStatus", statusIs("online"));

        const answer = await browser.call("agent", "##ALL_DOCKGE_ENDPOINTS##", "requestStackList");

        expect(answer).toEqual({ ok: true, msg: "Updated", msgi18n: true });
        await soon(() => expect(agent.heard.at(-1)?.args).toEqual(["", "requestStackList"]));
    });

    it("says that an agent is gone, comes back to it by the token, and forgets it when it is removed", async () => {
        const agent = await startPlayedAgent();
        const main = await startMain();
        const browser = await main.connectLoggedIn();
        await browser.call("addAgent", { url: agent.url, ...credentials });
        await browser.push("agentStatus", statusIs("online"));

        agent.disconnectAll();

        const [offline] = await browser.push("agentStatus", statusIs("offline"));
        expect(offline?.["endpoint"]).toBe(agent.endpoint);
        await soon(() => expect(agent.headers).toHaveLength(3));
        expect(await browser.call("agent", agent.endpoint, "requestStackList")).toMatchObject({ ok: true });
        expect(agent.heard.filter(({ event }) => event === "login")).toHaveLength(1);
        expect(await browser.call("removeAgent", agent.url)).toMatchObject({
            ok: true,
            msg: "agentRemovedSuccessfully",
        });
        await soon(() => expect(agent.connected()).toBe(0));
        expect(await browser.call("agent", agent.endpoint, "requestStackList")).toMatchObject({
            ok: false,
            msg: `Socket client not connected for endpoint: ${agent.endpoint}`,
        });
    });

    it("keeps the password out of the database, of answers and of errors", async () => {
        const agent = await startPlayedAgent();
        const main = await startMain();
        const browser = await main.connectLoggedIn();

        const refused = await browser.call("addAgent", { url: agent.url, ...credentials, password: "wrong-secret-1" });
        await browser.call("addAgent", { url: agent.url, ...credentials });

        expect(refused).toMatchObject({ ok: false, msg: containing("refuses user name or password") });
        expect(JSON.stringify([refused, main.logLines])).not.toContain("wrong-secret-1");
        const [stored] = await main.agentStore.list();
        expect(stored?.password).toMatch(/^cicd:/);
        expect(stored?.password).not.toContain(credentials.password);
    });

    it.each([
        ["user:secret-9@", ""],
        ["", "/dockge"],
        ["", "?a=b"],
    ])("refuses an address with more than a host: %s…%s", async (before, behind) => {
        const agent = await startPlayedAgent();
        const main = await startMain();
        const browser = await main.connectLoggedIn();

        const url = `http://${before}${agent.endpoint}${behind}`;
        const answer = await browser.call("addAgent", { url, ...credentials });

        expect(answer).toMatchObject({ ok: false, code: "invalid", msg: containing("url") });
        expect(JSON.stringify(answer)).not.toContain("secret-9");
        expect(agent.headers).toEqual([]);
    });

    it("drops an agent of before 1.4.0", async () => {
        const agent = await startPlayedAgent({ version: "1.3.3" });
        const main = await startMain();
        const browser = await main.connectLoggedIn();

        await browser.call("addAgent", { url: agent.url, ...credentials });

        const [status] = await browser.push("agentStatus", statusIs("offline"));
        expect(status?.["msg"]).toContain("1.3.3");
    });

    it("ends its connections to agents at once when the browser logs out", async () => {
        const agent = await startPlayedAgent();
        const main = await startMain();
        const browser = await main.connectLoggedIn();
        await browser.call("addAgent", { url: agent.url, ...credentials });
        await browser.push("agentStatus", statusIs("online"));

        await browser.call("logout");

        await soon(() => expect(agent.connected()).toBe(0));
    });
});

describe("this server as agent of a Dockge main server", () => {
    const endpoint = "10.0.0.7:5001";

    it("calls itself as the main server does, in its list, its stacks and its terminals", async () => {
        const agent = await startMain();
        const main = await agent.connect({ endpoint });

        expect(await main.call("login", person)).toMatchObject({ ok: true, token: containing(".") });

        const [info] = await main.push("info", ({ version }) => version !== undefined);
        expect(info?.["version"]).toBe("1.5.0");
        const [list] = await main.push("stackList");
        expect(list).toMatchObject({ ok: true, endpoint });
        const call = (event: string, ...args: unknown[]) => main.call("agent", endpoint, event, ...args);
        expect(await call("saveStack", "web", "services:\n  app:\n    image: x\n", "", true)).toEqual({
            ok: true,
            msg: "Saved",
            msgi18n: true,
        });
        const [news] = await main.push("stackList", ({ stackList }) => JSON.stringify(stackList).includes('"web"'));
        expect(news).toMatchObject({ endpoint, stackList: { web: { name: "web", endpoint } } });
        expect(await call("getStack", "web")).toMatchObject({ ok: true, stack: { name: "web", endpoint } });
        expect(await call("terminalJoin", `combined-${endpoint}-web`)).toMatchObject({ ok: true });
        expect(await call("serviceStatusList", "web")).toMatchObject({ ok: true, serviceStatusList: {} });
    });

    it("lets it come back with its token", async () => {
        const agent = await startMain();
        const { token } = await (await agent.connect({ endpoint })).call("login", person);

        const again = await agent.connect({ endpoint });

        expect(await again.call("loginByToken", token)).toMatchObject({ ok: true });
        await again.push("stackList", (list) => list["endpoint"] === endpoint);
    });

    it("connects it to none of its own agents", async () => {
        const behind = await startPlayedAgent();
        const agent = await startMain();
        const browser = await agent.connectLoggedIn();
        await browser.call("addAgent", { url: behind.url, ...credentials });
        await browser.push("agentStatus", statusIs("online"));
        const before = behind.headers.length;

        const main = await agent.connect({ endpoint });
        await main.call("login", person);

        expect(await main.call("agent", behind.endpoint, "requestStackList")).toMatchObject({
            ok: false,
            msg: `Socket client not connected for endpoint: ${behind.endpoint}`,
        });
        const [list] = await main.push("agentList");
        expect(Object.keys(fieldsOf(list?.["agentList"]))).toEqual([""]);
        expect(behind.headers).toHaveLength(before);
    });

    it("answers what it does not know, and what nobody may ask who is not logged in", async () => {
        const agent = await startMain();
        const main = await agent.connect({ endpoint });

        expect(await main.call("agent", endpoint, "getStack", "web")).toMatchObject({ msg: "You are not logged in." });
        await main.call("login", person);
        expect(await main.call("agent", endpoint, "someNewerEvent")).toMatchObject({ ok: false, code: "not_found" });
    });

    it("is a main server's agent in pairs of this program, also with a name of its own for terminals", async () => {
        const agent = await startMain();
        const main = await startMain();
        const browser = await main.connectLoggedIn();
        const far = new URL(agent.url()).host;

        expect(await browser.call("addAgent", { url: agent.url(), ...person })).toMatchObject({ ok: true });
        await browser.push("agentStatus", statusIs("online"));
        const saved = await browser.call(
            "agent",
            far,
            "saveStack",
            "web",
            "services:\n  app:\n    image: x\n",
            "",
            true,
        );

        expect(saved).toMatchObject({ ok: true, msg: "Saved" });
        const [list] = await browser.push("stackList", ({ endpoint: from, stackList }) => {
            return from === far && JSON.stringify(stackList).includes('"web"');
        });
        expect(list).toMatchObject({ stackList: { web: { endpoint: far } } });
        expect(await browser.agent("getStack", "web")).toMatchObject({ ok: false });
    });
});
