import type { PushName, Pushes } from "../../../frontend/src/socket/protocol.ts";
import type { PushListener, Transport } from "../../../frontend/src/socket/transport.ts";

export interface SentEvent {
    readonly event: string;
    /** The server that it goes to; empty for the one that sent the page. */
    readonly endpoint: string;
    readonly args: readonly unknown[];
    /** Answers as the server would. */
    answer(value: object): void;
}

export interface FakeTransport extends Transport {
    readonly sent: SentEvent[];
    /** The events that were sent under a name, agent events too. */
    sentAs(event: string): SentEvent[];
    connect(): void;
    disconnect(): void;
    push<P extends PushName>(push: P, ...args: Pushes[P]): void;
    /** From now on every such event is answered at once; undefined leaves one without an answer. */
    answerAll(event: string, value: (args: readonly unknown[], endpoint: string) => object | undefined): void;
}

/** A wire whose other end is the test. */
export function createFakeTransport(): FakeTransport {
    const connected: (() => void)[] = [];
    const disconnected: (() => void)[] = [];
    const listeners: PushListener[] = [];
    const sent: SentEvent[] = [];
    const automatic = new Map<string, (args: readonly unknown[], endpoint: string) => object | undefined>();

    return {
        sent,
        sentAs: (event) => sent.filter((one) => one.event === event),
        emit(event, all) {
            const name = event === "agent" ? String(all[1]) : event;
            const ack = all.at(-1);
            const args = all.slice(event === "agent" ? 2 : 0, -1);
            const endpoint = event === "agent" ? String(all[0]) : "";
            const one = {
                event: name,
                endpoint,
                args,
                answer(value: object) {
                    if (typeof ack === "function") {
                        Reflect.apply(ack, undefined, [value]);
                    }
                },
            };
            sent.push(one);
            const reply = automatic.get(name)?.(args, endpoint);
            if (reply !== undefined) {
                one.answer(reply);
            }
        },
        onConnect: (listener) => void connected.push(listener),
        onDisconnect: (listener) => void disconnected.push(listener),
        onPush: (listener) => void listeners.push(listener),
        reconnect: () => undefined,
        connect: () => connected.forEach((listener) => listener()),
        disconnect: () => disconnected.forEach((listener) => listener()),
        push: (push, ...args) => listeners.forEach((listener) => listener(push, args)),
        answerAll: (event, value) => void automatic.set(event, value),
    };
}
