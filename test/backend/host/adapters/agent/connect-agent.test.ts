import { createServer } from "node:http";
import { Server } from "socket.io";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { containing, matching } from "../../../../support/containing.ts";
import { connectAgent } from "../../../../../backend/host/adapters/agent/connect-agent.ts";
import { listen } from "../../../../support/listen.ts";
import { startPlayedAgent } from "../../../../support/played-agent.ts";

/** Waits for what comes late on a busy machine. */
function soon(look: () => void | Promise<void>): Promise<void> {
    return vi.waitFor(look, 15_000);
}

/** A link, and everything that happened on it. */
function connect(url: string, stackListChanges = false) {
    const events: unknown[] = [];
    const target = { origin: url, endpoint: new URL(url).host, stackListChanges };
    const link = connectAgent(target, {
        onConnect: () => events.push("connect"),
        onEnd: (reason) => events.push({ reason }),
        onVersion: (version) => events.push({ version }),
        onPush: (event, args) => events.push({ event, args }),
    });
    onTestFinished(() => link.end());
    const until = (event: unknown): Promise<void> => soon(() => expect(events).toContainEqual(event));
    return { link, events, until };
}

describe("a link to another server", () => {
    it("says under which name that server is known, logs in, and hears version and pushes", async () => {
        const agent = await startPlayedAgent();
        const { link, until } = connect(agent.url);
        await until("connect");

        const answer = await link.call("login", [{ username: "ada", password: "correct-horse-1" }], 5000);

        expect(answer).toEqual({ ok: true, token: "played-token-1" });
        await until({ version: "1.5.0" });
        await until({ event: "stackList", args: [expect.objectContaining({ endpoint: agent.endpoint })] });
        expect(agent.headers).toEqual([agent.endpoint]);
        expect(agent.auths).toEqual([{}]);
    });

    it("says that it takes differences where its browser does", async () => {
        const agent = await startPlayedAgent();

        await connect(agent.url, true).until("connect");

        expect(agent.auths).toEqual([{ stackListChanges: true }]);
    });

    it("sends all but logins to the other server's own proxy, and gets undefined when no answer comes in time", async () => {
        const agent = await startPlayedAgent();
        const { link, until } = connect(agent.url);
        await until("connect");
        await link.call("login", [{ username: "ada", password: "correct-horse-1" }], 5000);

        expect(await link.call("serviceStatusList", ["demo"], 5000)).toEqual({
            ok: true,
            serviceStatusList: { web: "running" },
        });
        expect(agent.heard.at(-1)).toEqual({ event: "agent", args: ["", "serviceStatusList", "demo"] });
        expect(await link.call("getGitRepository", ["demo"], 50)).toBeUndefined();
    });

    it("refuses what waits, and what comes later, when the connection is lost", async () => {
        const agent = await startPlayedAgent();
        const { link, until } = connect(agent.url);
        await until("connect");
        const waiting = expect(link.call("silence", [], 60_000)).rejects.toThrow("the connection was lost");

        await soon(() => expect(agent.heard).toHaveLength(1));
        agent.disconnectAll();

        await waiting;
        await until({ reason: matching(/ended the connection|was lost/) });
        await expect(link.call("getStack", ["demo"], 1000)).rejects.toThrow("the connection was lost");
    });

    it("hears nothing any more once it is ended from here", async () => {
        const agent = await startPlayedAgent();
        const { link, events, until } = connect(agent.url);
        await until("connect");

        link.end();
        await soon(() => expect(agent.connected()).toBe(0));

        expect(events).toEqual(["connect"]);
    });

    it("ends when the other server sends more than 20 MB at once", async () => {
        const http = createServer();
        const io = new Server(http, { perMessageDeflate: true, httpCompression: true });
        io.on("connection", (socket) => void socket.emit("agent", "stackList", { text: "x".repeat(21_000_000) }));
        const url = await listen(http);
        onTestFinished(() => void io.close());

        const { events, until } = connect(url);

        await until({ reason: "the connection was lost" });
        expect(events.filter((event) => typeof event === "object" && event !== null && "event" in event)).toEqual([]);
    });
});

describe("a link that cannot be made says why, and what to do", () => {
    it("where nothing listens", async () => {
        const agent = await startPlayedAgent();
        await agent.stop();

        await connect(agent.url).until({ reason: containing("nothing listens there") });
    });

    it("where another address is meant, which is not followed", async () => {
        const agent = await startPlayedAgent();
        const http = createServer();
        http.on("upgrade", (_request, socket) => {
            socket.end(`HTTP/1.1 302 Found\r\nLocation: ${agent.url}/socket.io/\r\nContent-Length: 0\r\n\r\n`);
        });
        const url = await listen(http);
        onTestFinished(() => void http.close());

        await connect(url).until({ reason: containing("redirects to another address") });

        expect(agent.headers).toEqual([]);
    });

    it("where it is no Dockge server", async () => {
        const http = createServer((_request, response) => response.writeHead(404).end());
        const url = await listen(http);
        onTestFinished(() => void http.close());

        await connect(url).until({ reason: containing("HTTP 404") });
    });

    it("where it does not speak https", async () => {
        const agent = await startPlayedAgent();

        await connect(agent.url.replace("http:", "https:")).until({ reason: containing("use http://") });
    });
});
