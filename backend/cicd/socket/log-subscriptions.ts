import type { LogLine, LogRange } from "../../../common/schema/log-line.ts";
import type { CicdServices } from "../services/cicd-services.ts";
import type { CicdHandlers, SocketContext } from "./handlers.ts";

type Services = Pick<CicdServices, "readLog" | "followLog">;
type JobServices = Pick<CicdServices, "readPipelineLog" | "followPipelineLog">;

/** One kind of logs: how it is read and followed, and as what its lines are pushed. */
interface LogSource {
    readonly read: (id: string, range: LogRange) => Promise<readonly LogLine[]>;
    readonly follow: Services["followLog"];
    readonly push: (context: SocketContext, id: string, lines: LogLine[]) => void;
}

/** What one browser follows: id of a log → how to end it. */
type Subscriptions = Map<string, () => void>;

/** Live logs of deployments. */
export function createLogSubscriptions(services: Services) {
    const { subscribe, unsubscribe } = createSubscriptions({
        read: (id, range) => services.readLog(id, range),
        follow: (options) => services.followLog(options),
        push: (context, deploymentId, lines) => context.emit("buildLogUpdate", { deploymentId, lines }),
    });
    return { subscribeBuildLog: subscribe, unsubscribeBuildLog: unsubscribe } satisfies Partial<CicdHandlers>;
}

/** Live logs of jobs, and of runs that have a log of their own. */
export function createJobLogSubscriptions(services: JobServices) {
    const { subscribe, unsubscribe } = createSubscriptions({
        read: (id, range) => services.readPipelineLog(id, range),
        follow: (options) => services.followPipelineLog(options),
        push: (context, jobId, lines) => context.emit("jobLogUpdate", { jobId, lines }),
    });
    return { subscribeJobLog: subscribe, unsubscribeJobLog: unsubscribe } satisfies Partial<CicdHandlers>;
}

/**
 * Live logs. The answer holds what is there, pushes bring every later line once and in order; a subscription ends when it
 * is unsubscribed, with a new one for the same log, or with the connection. Asking for lines *before* a number only reads.
 */
function createSubscriptions(source: LogSource) {
    const sockets = new Map<string, Subscriptions>();
    return {
        async subscribe([id, range = { limit: 2000 }]: [string, (LogRange | undefined)?], context: SocketContext) {
            if (range.beforeSeq !== undefined) {
                return readPage(source, id, range);
            }
            const subscriptions = subscriptionsOf(sockets, context);
            subscriptions.get(id)?.();
            const place = reserve(subscriptions, id);
            try {
                const page = await readPage(source, id, range);
                place.startSoon(() => follow(source, id, page.lastSeq, context));
                return page;
            } catch (error) {
                place.end();
                throw error;
            }
        },
        async unsubscribe([id]: [string], { socketId }: SocketContext) {
            sockets.get(socketId)?.get(id)?.();
            return {};
        },
    };
}

async function readPage(source: LogSource, id: string, range: LogRange) {
    const lines = [...(await source.read(id, range))];
    const none = range.afterSeq ?? 0;
    return { lines, firstSeq: lines[0]?.seq ?? none, lastSeq: lines.at(-1)?.seq ?? none };
}

function follow(source: LogSource, id: string, afterSeq: number, context: SocketContext): () => void {
    const follower = source.follow({
        id,
        afterSeq,
        onLines: (lines) => source.push(context, id, [...lines]),
        // The browser sees no more lines and subscribes again with the last number it has.
        onError: () => undefined,
    });
    return () => follower.stop();
}

/**
 * Takes a browser's place for one log. It may be given up (unsubscribed, disconnected, taken by a newer call)
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
