import { io, type Socket } from "socket.io-client";
import { onTestFinished } from "vitest";
import { until } from "./until.ts";

type Payload = Readonly<Record<string, unknown>>;

/** What was heard: a push by its event (agent-capable ones as `agent stackList`), an answer as `ack login`. */
export interface Heard {
    readonly event: string;
    readonly payload: Payload;
}

/** One plain Socket.IO client, as Dockge's page is one. */
export interface Conversation {
    readonly socket: Socket;
    readonly heard: readonly Heard[];
    /** Emits, and resolves with the answer. */
    call(event: string, ...args: readonly unknown[]): Promise<Payload>;
    /** The first push of this event since `events` was asked last. */
    next(event: string): Promise<Payload>;
    /** Resolves with the events that were heard once the server has hung up. */
    ended(): Promise<readonly string[]>;
    /** The events heard since the last call. */
    events(): readonly string[];
}

/** Connects; the client goes when the test ends. */
export async function converse(
    url: string,
    headers: Readonly<Record<string, string>> = {},
    auth: Readonly<Record<string, unknown>> = {},
): Promise<Conversation> {
    const options = { transports: ["websocket"], forceNew: true, reconnection: false, extraHeaders: headers, auth };
    const socket = io(url, options);
    onTestFinished(() => void socket.disconnect());
    const heard: Heard[] = [];
    let told = 0;
    let isEnded = false;
    socket.on("disconnect", () => (isEnded = true));
    socket.onAny((event: string, ...args: readonly unknown[]) => {
        const [payload, name] = event === "agent" ? [args[1], `agent ${String(args[0])}`] : [args[0], event];
        heard.push({ event: name, payload: payloadOf(payload) });
    });
    await new Promise<void>((resolve, reject) => {
        socket.once("connect", resolve);
        socket.once("connect_error", reject);
    });

    const events = (): readonly string[] => {
        const fresh = heard.slice(told).map(({ event }) => event);
        told = heard.length;
        return fresh;
    };

    return {
        socket,
        heard,
        events,
        async call(event, ...args) {
            const answer: unknown = await new Promise((resolve, reject) => {
                socket.timeout(60_000).emit(event, ...args, (error: Error | null, given: unknown) => {
                    heard.push({ event: `ack ${event}`, payload: payloadOf(given) });
                    if (error !== null) {
                        reject(error);
                        return;
                    }
                    resolve(given);
                });
            });
            return payloadOf(answer);
        },
        async next(event) {
            const from = told;
            await until(() => heard.slice(from).some((entry) => entry.event === event));
            return heard.slice(from).find((entry) => entry.event === event)?.payload ?? {};
        },
        async ended() {
            await until(() => isEnded);
            return events();
        },
    };
}

function payloadOf(payload: unknown): Payload {
    return typeof payload === "object" && payload !== null ? { ...payload } : {};
}
