import { io } from "socket.io-client";
import { expect } from "vitest";
import { z } from "zod";
import type { TestServer } from "./server.ts";

const Answer = z.looseObject({ ok: z.boolean(), msg: z.string().optional() });
type Payload = Readonly<Record<string, unknown>>;

export interface MainPage {
    call(event: string, ...args: readonly unknown[]): Promise<z.infer<typeof Answer>>;
    /** An agent-capable event for a server behind this one. */
    agent(endpoint: string, event: string, ...args: readonly unknown[]): Promise<z.infer<typeof Answer>>;
    /** Every push so far, with its first argument's fields. */
    pushes(event: string): readonly Payload[];
    /** Waits for a push, of those that came too. */
    sees(event: string, fields: Payload): Promise<void>;
    /** The last that was told of a server's state. */
    statusOf(endpoint: string): unknown;
    /** What a terminal has shown so far. */
    terminal(name: string): string;
    close(): void;
}

/** A browser on a main server, logged in, that remembers what it was told. */
export async function connectMainPage(server: Pick<TestServer, "url" | "token">): Promise<MainPage> {
    const socket = io(server.url, { transports: ["websocket"], forceNew: true, reconnection: false });
    const heard: { readonly event: string; readonly payload: Payload }[] = [];
    const texts = new Map<string, string>();
    socket.onAny((name: string, ...given: readonly unknown[]) => {
        const [event, first, second] = name === "agent" ? given : [name, ...given];
        if (event === "terminalWrite") {
            texts.set(String(first), (texts.get(String(first)) ?? "") + String(second));
        }
        heard.push({ event: String(event), payload: fieldsOf(first) });
    });
    const call: MainPage["call"] = async (event, ...args) =>
        Answer.parse(await socket.timeout(90_000).emitWithAck(event, ...args));
    await new Promise<void>((resolve, reject) => {
        socket.once("connect", resolve);
        socket.once("connect_error", reject);
    });
    expect(await call("loginByToken", server.token)).toMatchObject({ ok: true });
    const pushes = (event: string): readonly Payload[] =>
        heard.filter((push) => push.event === event).map(({ payload }) => payload);
    return {
        call,
        agent: (endpoint, event, ...args) => call("agent", endpoint, event, ...args),
        pushes,
        sees: (event, fields) =>
            expect.poll(() => pushes(event), { timeout: 60_000 }).toContainEqual(expect.objectContaining(fields)),
        statusOf: (endpoint) => pushes("agentStatus").findLast((status) => status["endpoint"] === endpoint)?.["status"],
        terminal: (name) => texts.get(name) ?? "",
        close: () => socket.disconnect(),
    };
}

/** The fields of a payload; none of one that is no object. */
export function fieldsOf(payload: unknown): Payload {
    return typeof payload === "object" && payload !== null ? { ...payload } : {};
}
