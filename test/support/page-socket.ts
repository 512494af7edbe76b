import { io } from "socket.io-client";
import { z } from "zod";
import type { TestServer } from "./server.ts";

const Answer = z.looseObject({ ok: z.boolean(), msg: z.string().optional() });
export type SocketAnswer = z.infer<typeof Answer>;

export interface PageSocket {
    /** An agent-capable event for this server, as a button of the page sends it. */
    agent(event: string, ...args: readonly unknown[]): Promise<SocketAnswer>;
    /** Calls back for every push of this server. */
    onPush(listener: (event: string, ...payload: readonly unknown[]) => void): void;
    close(): void;
}

/** A logged-in connection such as the page has. */
export async function connectPage(server: Pick<TestServer, "url" | "token">): Promise<PageSocket> {
    const socket = io(server.url, { transports: ["websocket"], forceNew: true, reconnection: false });
    const call = async (event: string, ...args: readonly unknown[]): Promise<SocketAnswer> =>
        Answer.parse(await socket.timeout(60_000).emitWithAck(event, ...args));
    await new Promise<void>((resolve, reject) => {
        socket.once("connect", resolve);
        socket.once("connect_error", reject);
    });
    const { ok, msg } = await call("loginByToken", server.token);
    if (!ok) {
        throw new Error(`Login failed: ${msg ?? ""}`);
    }
    return {
        agent: (event, ...args) => call("agent", "", event, ...args),
        onPush: (listener) => void socket.on("agent", listener),
        close: () => socket.disconnect(),
    };
}
