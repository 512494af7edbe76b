import { createServer } from "node:http";
import { connect as connectTo } from "node:net";
import { io, type Socket } from "socket.io-client";
import { expect, it, onTestFinished } from "vitest";
import { createSocketServer } from "../../../../backend/host/socket/server.ts";
import type { Session } from "../../../../backend/host/socket/session.ts";
import { rights } from "../../../../common/right.ts";
import { listen } from "../../../support/listen.ts";
import { until } from "../../../support/until.ts";

const admin = { username: "admin", via: "login", rights } as const;

/** A socket server, what it has heard, and clients of it. */
async function createStage() {
    const http = createServer();
    const sessions: Session[] = [];
    const heard: string[] = [];
    const server = createSocketServer(http, {
        baseUrl: undefined,
        trustProxy: () => false,
        onConnect: (session) => void sessions.push(session),
        onEvent: (_session, event) => void heard.push(event),
    });
    onTestFinished(() => server.stop());
    const url = await listen(http);

    async function connect(): Promise<{ readonly client: Socket; readonly session: Session }> {
        const client = io(url, { transports: ["websocket"], forceNew: true, reconnection: false });
        onTestFinished(() => void client.disconnect());
        await until(() => client.connected);
        const session = sessions.find(({ id }) => id === client.id);
        return { client, session: session ?? expect.fail("nobody came") };
    }
    return { url, server, sessions, heard, connect };
}

it("logs nobody in on a connection that has ended meanwhile, and ends at once what is begun for it", async () => {
    const { connect, server } = await createStage();
    const { client, session } = await connect();
    client.disconnect();
    await until(() => server.sessions().length === 0);

    session.logIn(admin);
    let isEnded = false;
    session.onEnd(() => (isEnded = true));

    expect(session.caller()).toBeUndefined();
    expect(isEnded).toBe(true);
    expect(session.viewer.isGone?.()).toBe(true);
});

it("outlives those who hang up before they are greeted", async () => {
    const { url, connect } = await createStage();
    const { hostname, port } = new URL(url);
    const upgrade = [
        "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1",
        `Host: ${hostname}:${port}`,
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    ];
    const request = `${upgrade.join("\r\n")}\r\n\r\n`;
    const hangUp = (): Promise<void> =>
        new Promise((resolve) => {
            const socket = connectTo(Number(port), hostname, () => {
                socket.write(request, () => socket.resetAndDestroy());
            });
            socket.on("error", () => undefined).once("close", () => resolve());
        });
    for (let turn = 0; turn < 100; turn += 1) {
        await hangUp();
    }
    const { client } = await connect();
    expect(client.connected).toBe(true);
});

it("does not read what a stranger sends beyond a million characters", async () => {
    const { connect, heard } = await createStage();
    const { client } = await connect();
    client.emit("login", "x".repeat(600_000));
    client.emit("second", "x".repeat(600_000));
    await until(() => client.disconnected);
    expect(heard).toEqual(["login"]);
});

it("takes large messages of those who have logged in", async () => {
    const { connect, heard } = await createStage();
    const { client, session } = await connect();
    session.logIn(admin);
    client.emit("saveStack", "x".repeat(5_000_000));
    await until(() => heard.length === 1);
    expect(client.connected).toBe(true);
});

it("lets the oldest strangers of an address go where there are too many, and nobody who is logged in", async () => {
    const { connect } = await createStage();
    const known = await connect();
    known.session.logIn(admin);
    const first = await connect();
    const others = await Promise.all(Array.from({ length: 200 }, connect));
    await until(() => first.client.disconnected);
    expect(known.client.connected).toBe(true);
    expect(others.every(({ client }) => client.connected)).toBe(true);
});

it("leaves out what a terminal shows to a client that does not read", async () => {
    const { url, sessions } = await createStage();
    const poll = await slowClient(url);
    await until(() => sessions.length === 1);
    const [session] = sessions;
    session?.logIn(admin);
    for (let megabytes = 0; megabytes < 40; megabytes += 1) {
        session?.viewer.write("combined", "shop", "x".repeat(1_000_000));
    }
    expect(session?.isBehind()).toBe(true);
    expect((await poll()).length).toBeLessThan(12_000_000);
    session?.viewer.write("combined", "shop", "more");
    expect(await poll()).toContain("left out");
});

/** A client by polling, which gets only what it asks for. */
async function slowClient(url: string): Promise<() => Promise<string>> {
    const base = `${url}/socket.io/?EIO=4&transport=polling`;
    const ask = async (sid: string): Promise<string> => (await fetch(base + sid)).text();
    const opened = await ask("");
    const sid = `&sid=${/"sid":"([^"]+)"/.exec(opened)?.[1] ?? ""}`;
    await fetch(base + sid, { method: "POST", body: "40" });
    await ask(sid);
    return () => ask(sid);
}
