import { setImmediate } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { containing } from "../../../../support/containing.ts";
import type { AgentRecord } from "../../../../../backend/host/core/agent.ts";
import { agentPasswords } from "../../../../../backend/host/services/agents/agent-passwords.ts";
import { createAgentTokens } from "../../../../../backend/host/services/agents/agent-tokens.ts";
import { Agents } from "../../../../../backend/host/services/agents/agents.ts";
import {
    createFakeAgents,
    createFakeTimers,
    createFakeViewer,
    createMemoryAgentStore,
    fakeSecretBox,
} from "../../../../support/fake-agents.ts";

const url = "http://box:5001";
const endpoint = "box:5001";
const stored: AgentRecord = { id: 1, url, username: "ada", password: "secret-1", name: "Box", active: true };
const silentLog = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

function setUp(agents: readonly AgentRecord[] = [stored]) {
    const fake = createFakeAgents();
    const timers = createFakeTimers();
    const store = createMemoryAgentStore(agents);
    const box = fakeSecretBox();
    const service = new Agents({
        connect: fake.connect,
        tokens: createAgentTokens(),
        passwords: agentPasswords(box),
        store,
        after: timers.after,
        log: silentLog,
    });
    const seen = createFakeViewer();

    async function connected() {
        service.open(seen.viewer);
        await setImmediate();
        fake.last().listener.onConnect();
        await setImmediate();
        return fake.last();
    }
    return { ...fake, timers, store, service, seen, connected };
}

const call = (service: Agents, event = "getStack", args: readonly unknown[] = ["web"]): Promise<object> =>
    service.call("browser", endpoint, event, args);

describe("a browser's connections to other servers", () => {
    it("are made after the login, with the list first and no password in it", async () => {
        const { seen, connected } = setUp();

        const link = await connected();

        expect(Object.keys(seen.lists[0] ?? {})).toEqual(["", endpoint]);
        expect(seen.lists[0]?.[endpoint]).toEqual({ url, username: "ada", endpoint, name: "Box", updatedName: "" });
        expect(link.target).toEqual({ origin: url, endpoint, stackListChanges: true });
        expect(link.calls[0]).toMatchObject({ event: "login", args: [{ username: "ada", password: "secret-1" }] });
        expect(seen.statuses.map(({ status }) => status)).toEqual(["connecting", "online"]);
    });

    it("reuse the token that the other server gave, and ask with the password when it refuses it", async () => {
        const { service, connected, links, last, state } = setUp();
        await connected();
        const second = createFakeViewer("second");
        service.open(second.viewer);
        await setImmediate();
        last().listener.onConnect();
        await setImmediate();
        expect(last().calls.map(({ event }) => event)).toEqual(["loginByToken"]);

        state.play = (event) => (event === "loginByToken" ? { ok: false, msg: "authInvalidToken" } : { ok: true });
        const third = createFakeViewer("third");
        service.open(third.viewer);
        await setImmediate();
        last().listener.onConnect();
        await setImmediate();

        expect(last().calls.map(({ event }) => event)).toEqual(["loginByToken", "login"]);
        expect(third.statuses.at(-1)?.status).toBe("online");
        expect(links).toHaveLength(3);
    });

    it("log in with the password once where browsers come together", async () => {
        const { service, links } = setUp();
        const viewers = ["a", "b", "c"].map((id) => createFakeViewer(id));
        viewers.forEach(({ viewer }) => service.open(viewer));
        await setImmediate();

        links.forEach(({ listener }) => listener.onConnect());
        await setImmediate();

        const events = links.flatMap(({ calls }) => calls.map(({ event }) => event));
        expect(events.filter((event) => event === "login")).toHaveLength(1);
        expect(viewers.map(({ statuses }) => statuses.at(-1)?.status)).toEqual(["online", "online", "online"]);
    });

    it("end when the browser goes, and are not made again", async () => {
        const { service, timers, connected, links } = setUp();
        const link = await connected();

        service.close("browser");

        expect(link.isEnded).toBe(true);
        expect(timers.waiting()).toBe(0);
        await expect(call(service)).rejects.toThrow(`Socket client not connected for endpoint: ${endpoint}`);
        expect(links).toHaveLength(1);
    });

    it("come back after a pause that grows, and say only what is new", async () => {
        const { timers, connected, links, last, seen } = setUp();
        (await connected()).listener.onEnd("the connection was lost");

        timers.pass(1000);
        last().listener.onEnd("nothing listens there");
        timers.pass(1000);
        expect(links).toHaveLength(2);
        timers.pass(1000);
        last().listener.onEnd("nothing listens there");
        timers.pass(4000);
        last().listener.onConnect();
        await setImmediate();

        expect(seen.statuses.map(({ status, msg }) => msg ?? status)).toEqual([
            "connecting",
            "online",
            `${endpoint}: the connection was lost`,
            `${endpoint}: nothing listens there`,
            "online",
        ]);
    });

    it.each([
        ["two-factor codes", { tokenRequired: true }, "two-factor codes"],
        ["a wrong password", { ok: false, msg: "authIncorrectCreds" }, "refuses user name or password"],
    ])("stay offline with %s, until a person mends it", async (_what, answer, says) => {
        const { service, timers, state, connected, links, seen } = setUp();
        state.play = () => answer;

        const link = await connected();
        timers.pass(1_000_000);

        expect(seen.statuses.at(-1)).toMatchObject({ status: "offline", msg: containing(says) });
        expect(link.isEnded).toBe(true);
        expect(links).toHaveLength(1);
        await expect(call(service)).rejects.toThrow("Socket client not connected");
    });

    it("never repeat a password that the other server repeats, and ask again later", async () => {
        const { timers, state, connected, links, seen } = setUp();
        state.play = () => ({ ok: false, msg: "Too frequently, secret-1!" });

        await connected();
        timers.pass(60_000);

        expect(seen.statuses.at(-1)?.msg).toBe(`${endpoint}: it refuses the login: Too frequently, ***!`);
        expect(links).toHaveLength(2);
    });

    it("drop a server that is too old to be an agent", async () => {
        const { connected, seen } = setUp();
        const link = await connected();

        link.listener.onVersion("1.3.9");

        expect(link.isEnded).toBe(true);
        expect(seen.statuses.at(-1)).toMatchObject({ status: "offline", msg: containing("1.4.0") });
    });

    it("tell that a stored password cannot be read with this key", async () => {
        const other = fakeSecretBox("other key");
        const { service, seen, links } = setUp([{ ...stored, password: other.seal("x", "agent password: " + url) }]);

        service.open(seen.viewer);
        await setImmediate();

        expect(links).toHaveLength(0);
        expect(seen.statuses.at(-1)?.msg).toContain("encryption key");
    });

    it("are let go where the browser cannot keep up", async () => {
        const { connected, seen } = setUp();
        const link = await connected();
        seen.state.isBehind = true;

        link.listener.onPush("stackList", [{ ok: true, stackList: {} }]);

        expect(link.isEnded).toBe(true);
        expect(seen.pushes).toEqual([]);
    });

    it("pass on what came before the login's answer was read", async () => {
        const { service, last, state, seen } = setUp();
        state.play = (_event, _args, { listener }) => {
            listener.onPush("stackList", [{ ok: true, stackList: {} }]);
            return { ok: true };
        };
        service.open(seen.viewer);
        await setImmediate();
        last().listener.onConnect();
        await setImmediate();

        expect(seen.pushes).toEqual([{ event: "stackList", args: [{ ok: true, stackList: {}, endpoint }] }]);
    });
});

describe("a call to another server", () => {
    it("gets that server's own answer, a refusal too", async () => {
        const { service, state, connected } = setUp();
        const link = await connected();
        state.play = () => ({ ok: false, msg: "Stack not found", extra: 1 });

        expect(await call(service)).toEqual({ ok: false, msg: "Stack not found", extra: 1 });
        expect(link.calls.at(-1)).toEqual({ event: "getStack", args: ["web"], timeoutMs: 120_000 });
    });

    it.each([
        ["deployStack", 3_600_000],
        ["terminalInput", 3000],
    ])("gives %s its own time", async (event, timeoutMs) => {
        const { service, connected } = setUp();
        const link = await connected();

        await call(service, event);

        expect(link.calls.at(-1)?.timeoutMs).toBe(timeoutMs);
    });

    it("waits in the first ten seconds for the connection", async () => {
        const { service, seen, last } = setUp();
        service.open(seen.viewer);
        const answered = call(service);
        await setImmediate();

        last().listener.onConnect();

        expect(await answered).toEqual({ ok: true, token: "token" });
    });

    it("is refused after ten seconds, and at once from then on", async () => {
        const { service, seen, timers } = setUp();
        service.open(seen.viewer);
        const refused = expect(call(service)).rejects.toThrow(`Socket client not connected for endpoint: ${endpoint}`);
        await setImmediate();

        timers.pass(10_000);

        await refused;
        await expect(call(service)).rejects.toThrow("Socket client not connected");
    });

    it("is refused for a server that nobody knows", async () => {
        const { service, connected } = setUp();
        await connected();

        await expect(service.call("browser", "other:1", "getStack", [])).rejects.toThrow(
            "not connected for endpoint: other:1",
        );
    });

    it("says so when no answer comes, but for events that Dockge answers only when they fail", async () => {
        const { service, state, connected } = setUp();
        await connected();
        state.play = () => undefined;

        await expect(call(service, "getGitRepository")).rejects.toThrow("it may not know this event");
        expect(await call(service, "terminalInput")).toEqual({ ok: true });
    });

    it("is refused when too many wait", async () => {
        const { service, state, connected } = setUp();
        await connected();
        state.play = () => new Promise(() => undefined);
        const waiting = Array.from({ length: 200 }, () => call(service));
        await setImmediate();

        await expect(call(service)).rejects.toThrow("too many calls");
        expect(waiting).toHaveLength(200);
    });

    it("for all goes to every server that is online", async () => {
        const far = { ...stored, id: 2, url: "http://far:5001" };
        const { service, seen, links } = setUp([stored, far]);
        service.open(seen.viewer);
        await setImmediate();
        links[0]?.listener.onConnect();
        await setImmediate();

        service.callAll("browser", "requestStackList", []);

        expect(links.map(({ calls }) => calls.map(({ event }) => event))).toEqual([["login", "requestStackList"], []]);
    });
});

describe("the list of other servers", () => {
    const given = { url: "http://new:5001", username: "ada", password: "secret-2" };

    it("takes one in after a login there, and keeps its password sealed", async () => {
        const { service, seen, store, last } = setUp([]);
        service.open(seen.viewer);
        await setImmediate();

        const added = service.add(given);
        await setImmediate();
        last().listener.onConnect();
        await added;

        expect((await store.find(given.url))?.password).toBe("cicd:key|agent password: http://new:5001|secret-2");
        expect(Object.keys(seen.lists.at(-1) ?? {})).toEqual(["", "new:5001"]);
        expect(last().target.endpoint).toBe("new:5001");
        expect(seen.statuses.at(-1)).toEqual({ endpoint: "new:5001", status: "connecting" });
    });

    it.each([
        ["refuses the login", { ok: false, msg: "authIncorrectCreds" }, "refuses user name or password"],
        ["repeats the password", { ok: false, msg: "no secret-2 here" }, "no *** here"],
    ])("does not take one in that %s", async (_what, answer, says) => {
        const { service, store, last, state } = setUp([]);
        state.play = () => answer;

        const refused = expect(service.add(given)).rejects.toThrow(says);
        await setImmediate();
        last().listener.onConnect();

        await refused;
        expect(await store.list()).toEqual([]);
        expect(last().isEnded).toBe(true);
    });

    it("does not take one in that cannot be reached or does not answer", async () => {
        const { service, timers, last } = setUp([]);

        const unreachable = expect(service.add(given)).rejects.toThrow("new:5001: nothing listens there");
        await setImmediate();
        last().listener.onEnd("nothing listens there");
        await unreachable;

        const silent = expect(service.add(given)).rejects.toThrow("does not answer");
        await setImmediate();
        timers.pass(30_000);
        await silent;
    });

    it.each([
        ["is there already", url, "is there already"],
        ["is there under another scheme", "https://box:5001", "is there already"],
        ["has a name that looks like part of another's", "http://-x:5001", "must start with a letter or digit"],
    ])("refuses one that %s, before connecting", async (_what, address, says) => {
        const { service, links } = setUp();

        await expect(service.add({ ...given, url: address })).rejects.toThrow(says);
        expect(links).toEqual([]);
    });

    it("tells every browser of a new name, and disconnects what was removed", async () => {
        const { service, seen, connected } = setUp();
        const link = await connected();

        await service.rename(url, "Cellar");
        expect(seen.lists.at(-1)?.[endpoint]?.name).toBe("Cellar");
        await service.remove(url);

        expect(link.isEnded).toBe(true);
        expect(Object.keys(seen.lists.at(-1) ?? {})).toEqual([""]);
        await expect(service.remove(url)).rejects.toThrow("no agent with this address");
    });
});
