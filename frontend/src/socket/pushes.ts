import { pushedFrom } from "./push-origin.ts";
import type { PushName, Pushes } from "./protocol.ts";
import type { PushListener } from "./transport.ts";

export type PushHandler<P extends PushName> = (...args: Pushes[P]) => void;
export type EveryHandler<P extends PushName> = (endpoint: string, ...args: Pushes[P]) => void;

/** Who listens to which push, and of which server. */
export interface PushBoard {
    readonly deliver: PushListener;
    on<P extends PushName>(endpoint: string, push: P, handler: PushHandler<P>): () => void;
    onEvery<P extends PushName>(push: P, handler: EveryHandler<P>): () => void;
}

/** An undefined origin: the push is everybody's. */
type Listener<P extends PushName> = (origin: string | undefined, args: Pushes[P]) => void;

export function createPushes(): PushBoard {
    const listeners = noListeners();

    function add<P extends PushName>(push: P, listener: Listener<P>): () => void {
        listeners[push].add(listener);
        return () => void listeners[push].delete(listener);
    }

    return {
        deliver(push, args) {
            // Newer servers may push what this page does not know.
            if (!Object.hasOwn(listeners, push)) {
                return;
            }
            const origin = pushedFrom(push, args);
            for (const listener of listeners[push]) {
                listener(origin, args);
            }
        },
        on: (endpoint, push, handler) =>
            add(push, (origin, args) => {
                if (origin === undefined || origin === endpoint) {
                    handler(...args);
                }
            }),
        onEvery: (push, handler) => add(push, (origin, args) => handler(origin ?? "", ...args)),
    };
}

function noListeners(): { [P in PushName]: Set<Listener<P>> } {
    return {
        info: new Set(),
        setup: new Set(),
        autoLogin: new Set(),
        refresh: new Set(),
        agentStatus: new Set(),
        agentList: new Set(),
        stackList: new Set(),
        stackListChange: new Set(),
        terminalWrite: new Set(),
        terminalExit: new Set(),
        containerStats: new Set(),
        stackUpdates: new Set(),
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
