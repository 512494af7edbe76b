import { io, type Socket } from "socket.io-client";
import type { AgentPushes, DirectPushes, PushName, Pushes } from "./protocol.ts";

/** Receives one push, whichever it is. */
export type PushListener = <P extends PushName>(push: P, args: Pushes[P]) => void;

/** The wire under the client: what it needs of Socket.IO. */
export interface Transport {
    /** Sends an event; the last argument may be the ack. */
    emit(event: string, args: readonly unknown[]): void;
    onConnect(listener: () => void): void;
    onDisconnect(listener: () => void): void;
    onPush(listener: PushListener): void;
    /** Connects anew, such as after a logout, so that the server forgets who was logged in. */
    reconnect(): void;
}

type Listeners = { [P in keyof DirectPushes]: (...args: DirectPushes[P]) => void } & {
    agent: <P extends keyof AgentPushes>(push: P, ...args: Pushes[P]) => void;
};

const kickedMs = 1000;

/** Speaks Socket.IO with the server that served the page. */
export function createSocketTransport(url?: string): Transport {
    const options = {
        reconnectionDelayMax: 3000,
        transports: ["websocket", "polling"],
        auth: { stackListChanges: true },
    };
    const socket: Socket<Listeners, Record<string, (...args: unknown[]) => void>> = url === undefined
        ? io(options)
        : io(url, options);

    return {
        emit: (event, args) => void socket.emit(event, ...args),
        onConnect: (listener) => void socket.on("connect", listener),
        onDisconnect(listener) {
            socket.on("disconnect", (reason) => {
                listener();
                // Socket.IO stays away when the server ended the connection; whether we may come back the login tells.
                if (reason === "io server disconnect") {
                    setTimeout(() => socket.connect(), kickedMs);
                }
            });
        },
        onPush(listener) {
            socket.on("info", (...args) => listener("info", args));
            socket.on("setup", (...args) => listener("setup", args));
            socket.on("autoLogin", (...args) => listener("autoLogin", args));
            socket.on("refresh", (...args) => listener("refresh", args));
            socket.on("agentStatus", (...args) => listener("agentStatus", args));
            socket.on("agentList", (...args) => listener("agentList", args));
            socket.on("agent", (push, ...args) => listener(push, args));
        },
        reconnect: () => void socket.disconnect().connect(),
    };
}
