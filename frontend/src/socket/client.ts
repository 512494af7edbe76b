import { readonly, ref, type Ref } from "vue";
import type { Ack } from "../../../common/socket/event.ts";
import { directEvents } from "../../../common/socket/host-events.ts";
import { CallError, refusalError } from "./call-error.ts";
import { createPushes, type EveryHandler, type PushHandler } from "./pushes.ts";
import type { Answer, EventInput, EventName, PushName } from "./protocol.ts";
import { timeLimitMs } from "./time-limit.ts";
import type { Transport } from "./transport.ts";

/** Talks to one server, or to one behind it: calls with answers, and pushes. */
export interface SocketClient {
    /** Which server agent-capable events go to and are heard from; empty for the one that sent the page. */
    readonly endpoint: string;
    /** Whether the connection stands. */
    readonly connected: Readonly<Ref<boolean>>;
    /** Sends an event and resolves with its answer; rejects with CallError on refusal, time-out or lost connection. */
    call<E extends EventName>(event: E, ...args: EventInput<E>): Promise<Answer<E>>;
    /** Calls the handler for each push of this server, and each direct one, until the returned function is called. */
    on<P extends PushName>(push: P, handler: PushHandler<P>): () => void;
    /** The same for the pushes of all servers. */
    onEvery<P extends PushName>(push: P, handler: EveryHandler<P>): () => void;
    /** Calls the handler after each (re)connect. */
    onConnect(handler: () => void): () => void;
    reconnect(): void;
    /** The client of another server, reached through this one. Direct events still go to the server itself. */
    at(endpoint: string): SocketClient;
}

/** The typed client over a wire. */
export function createSocketClient(transport: Transport): SocketClient {
    const connected = ref(false);
    const connectHandlers = new Set<() => void>();
    const pending = new Set<(error: CallError) => void>();
    const pushes = createPushes();

    transport.onPush(pushes.deliver);
    transport.onConnect(() => {
        connected.value = true;
        for (const handler of connectHandlers) {
            handler();
        }
    });
    transport.onDisconnect(() => {
        connected.value = false;
        for (const reject of pending) {
            reject(disconnected());
        }
    });

    function at(endpoint: string): SocketClient {
        return {
            endpoint,
            connected: readonly(connected),
            async call(event, ...args) {
                // Socket.IO would keep it and send it after the next connect, before the login.
                if (!connected.value) {
                    throw disconnected();
                }
                return send({ transport, pending, endpoint }, event, args);
            },
            on: (push, handler) => pushes.on(endpoint, push, handler),
            onEvery: pushes.onEvery,
            onConnect(handler) {
                connectHandlers.add(handler);
                return () => void connectHandlers.delete(handler);
            },
            reconnect: () => transport.reconnect(),
            at,
        };
    }

    return at("");
}

function disconnected(): CallError {
    return new CallError("disconnected", "error.disconnected", true);
}

interface Wire {
    readonly transport: Transport;
    readonly pending: Set<(error: CallError) => void>;
    readonly endpoint: string;
}

function send<E extends EventName>(
    { transport, pending, endpoint }: Wire,
    event: E,
    args: EventInput<E>,
): Promise<Answer<E>> {
    return new Promise((resolve, reject) => {
        const timer = setTimeout(() => fail(new CallError("timeout", "error.timeout", true)), timeLimitMs(event));

        function settle(): void {
            clearTimeout(timer);
            pending.delete(fail);
        }
        function fail(error: CallError): void {
            settle();
            reject(error);
        }
        function acknowledge(answer: Ack<Answer<E>>): void {
            settle();
            if (answer.ok) {
                resolve(answer);
            } else {
                reject(refusalError(answer));
            }
        }

        pending.add(fail);
        if (Object.hasOwn(directEvents, event)) {
            transport.emit(event, [...args, acknowledge]);
        } else {
            transport.emit("agent", [endpoint, event, ...args, acknowledge]);
        }
    });
}
