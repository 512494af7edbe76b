import type { LogRange } from "../../../common/schema/log-line.ts";
import type { CicdServices } from "../services/cicd-services.ts";
import type { CicdHandlers, SocketContext } from "./handlers.ts";

type Handlers = Pick<CicdHandlers, "subscribeBuildLog" | "unsubscribeBuildLog">;
type Services = Pick<CicdServices, "readLog" | "followLog">;

/** What one browser follows: deployment → how to end it. */
type Subscriptions = Map<string, () => void>;

/**
 * Live logs. The answer holds what is there, pushes bring every later line once and in order; a subscription ends with
 * `unsubscribeBuildLog`, a new one for the same deployment, or the connection. Asking for lines *before* a number only
 * reads.
 */
export function createLogSubscriptions(services: Services): Handlers {
    const sockets = new Map<string, Subscriptions>();
    return {
        async subscribeBuildLog([id, range = { limit: 2000 }], context) {
            if (range.beforeSeq !== undefined) {
                return readPage(services, id, range);
            }
            const subscriptions = subscriptionsOf(sockets, context);
            subscriptions.get(id)?.();
            const place = reserve(subscriptions, id);
            try {
                const page = await readPage(services, id, range);
                place.startSoon(() => follow(services, id, page.lastSeq, context));
                return page;
            } catch (error) {
                place.end();
                throw error;
            }
        },
        async unsubscribeBuildLog([id], { socketId }) {
            sockets.get(socketId)?.get(id)?.();
            return {};
        },
    };
}

async function readPage(services: Services, id: string, range: LogRange) {
    const lines = [...(await services.readLog(id, range))];
    const none = range.afterSeq ?? 0;
    return { lines, firstSeq: lines[0]?.seq ?? none, lastSeq: lines.at(-1)?.seq ?? none };
}

function follow(services: Services, deploymentId: string, afterSeq: number, context: SocketContext): () => void {
    const follower = services.followLog({
        id: deploymentId,
        afterSeq,
        onLines: (lines) => context.emit("buildLogUpdate", { deploymentId, lines: [...lines] }),
        // The browser sees no more lines and subscribes again with the last number it has.
        onError: () => undefined,
    });
    return () => follower.stop();
}

/**
 * Takes a browser's place for one deployment. It may be given up (unsubscribed, disconnected, taken by a newer call)
 * before following starts: then it never does.
 */
function reserve(subscriptions: Subscriptions, id: string) {
    let stop: (() => void) | undefined;
    let isOver = false;
    function end(): void {
        isOver = true;
        stop?.();
        if (subscriptions.get(id) === end) {
            subscriptions.delete(id);
        }
    }
    subscriptions.set(id, end);
    function startSoon(begin: () => () => void): void {
        // After the answer has been sent: no push may come before it.
        setImmediate(() => {
            if (!isOver) {
                stop = begin();
            }
        });
    }
    return { end, startSoon };
}

function subscriptionsOf(sockets: Map<string, Subscriptions>, context: SocketContext): Subscriptions {
    const known = sockets.get(context.socketId);
    if (known !== undefined) {
        return known;
    }
    const made: Subscriptions = new Map();
    sockets.set(context.socketId, made);
    context.onDisconnect(() => {
        sockets.delete(context.socketId);
        for (const end of made.values()) {
            end();
        }
    });
    return made;
}
