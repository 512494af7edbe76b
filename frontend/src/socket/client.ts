import { readonly, ref, type Ref } from "vue";
import type { Ack } from "../../../common/socket/event.ts";
import { directEvents } from "../../../common/socket/host-events.ts";
import { CallError, refusalError } from "./call-error.ts";
import type { Answer, EventInput, EventName, PushName, Pushes } from "./protocol.ts";
import { timeLimitMs } from "./time-limit.ts";
import type { Transport } from "./transport.ts";

type PushHandler<P extends PushName> = (...args: Pushes[P]) => void;

/** Talks to the server: calls with answers, and pushes. */
export interface SocketClient {
    /** Whether the connection stands. */
    readonly connected: Readonly<Ref<boolean>>;
    /** Sends an event and resolves with its answer; rejects with CallError on refusal, time-out or lost connection. */
    call<E extends EventName>(event: E, ...args: EventInput<E>): Promise<Answer<E>>;
    /** Calls the handler for each push until the returned function is called. */
    on<P extends PushName>(push: P, handler: PushHandler<P>): () => void;
    /** Calls the handler after each (re)connect. */
    onConnect(handler: () => void): () => void;
    reconnect(): void;
}

/** The typed client over a wire. */
export function createSocketClient(transport: Transport): SocketClient {
    const connected = ref(false);
    const connectHandlers = new Set<() => void>();
    const pending = new Set<(error: CallError) => void>();
    const handlers = noHandlers();

    function deliver<P extends PushName>(push: P, args: Pushes[P]): void {
        // Newer servers may push what this page does not know.
        if (!Object.hasOwn(handlers, push)) {
            return;
        }
        for (const handler of handlers[push]) {
            handler(...args);
        }
    }

    transport.onPush(deliver);
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

    return {
        connected: readonly(connected),
        async call(event, ...args) {
            // Socket.IO would keep it and send it after the next connect, before the login.
            if (!connected.value) {
                throw disconnected();
            }
            return send(transport, pending, event, args);
        },
        on(push, handler) {
            handlers[push].add(handler);
            return () => void handlers[push].delete(handler);
        },
        onConnect(handler) {
            connectHandlers.add(handler);
            return () => void connectHandlers.delete(handler);
        },
        reconnect: () => transport.reconnect(),
    };
}

function noHandlers(): { [P in PushName]: Set<PushHandler<P>> } {
    return {
        info: new Set(),
        setup: new Set(),
        autoLogin: new Set(),
        refresh: new Set(),
        stackList: new Set(),
        terminalWrite: new Set(),
        terminalExit: new Set(),
        deploymentStatusUpdate: new Set(),
        deploymentHealthUpdate: new Set(),
        buildLogUpdate: new Set(),
        gitRepositoryUpdate: new Set(),
        stackPinUpdate: new Set(),
        webhookEventUpdate: new Set(),
        pipelineUpdate: new Set(),
        jobLogUpdate: new Set(),
    };
}

function disconnected(): CallError {
    return new CallError("disconnected", "error.disconnected", true);
}

function send<E extends EventName>(
    transport: Transport,
    pending: Set<(error: CallError) => void>,
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
            transport.emit("agent", ["", event, ...args, acknowledge]);
        }
    });
}
