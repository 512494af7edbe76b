import { io, type Socket } from "socket.io-client";
import { AppError } from "../../../../common/errors.ts";
import type { AgentLink, AgentLinkListener, AgentTarget, ConnectAgent } from "../../core/agent-link.ts";
import { explainEnd, explainFailure } from "./explain-failure.ts";

const connectMs = 20_000;
const greatestMessage = 20_000_000;

/**
 * Connects to another server by Socket.IO. WebSockets alone: they follow no redirects, so that a login never goes
 * anywhere but to the address that was given, and a message that is too large is refused before it is read.
 */
export const connectAgent: ConnectAgent = (target, listener) => {
    const socket = openSocket(target);
    let isOver = false;

    function end(): void {
        isOver = true;
        socket.disconnect();
    }

    function finish(reason: string): void {
        if (!isOver) {
            end();
            listener.onEnd(reason);
        }
    }

    socket.on("connect_error", (error) => finish(explainFailure(error)));
    socket.on("disconnect", (reason) => finish(explainEnd(reason)));
    listen(socket, listener, () => isOver);
    return { end, call: (...given) => call(socket, target.endpoint, ...given) };
};

function openSocket({ origin, endpoint, stackListChanges }: AgentTarget): Socket {
    const bounds = { maxPayload: greatestMessage, timeout: connectMs };
    return io(origin, {
        ...bounds,
        transports: ["websocket"],
        forceNew: true,
        reconnection: false,
        extraHeaders: { endpoint },
        auth: stackListChanges ? { stackListChanges: true } : {},
    });
}

function listen(socket: Socket, listener: AgentLinkListener, isOver: () => boolean): void {
    socket.on("connect", () => {
        if (!isOver()) {
            listener.onConnect();
        }
    });
    socket.on("info", (info: unknown) => {
        const version = versionIn(info);
        if (!isOver() && version !== undefined) {
            listener.onVersion(version);
        }
    });
    socket.on("agent", (event: unknown, ...args: readonly unknown[]) => {
        if (!isOver()) {
            listener.onPush(event, args);
        }
    });
}

function call(socket: Socket, endpoint: string, ...[event, args, timeoutMs]: Parameters<AgentLink["call"]>) {
    return new Promise((resolve, reject) => {
        // Unsent it would wait in memory for a connection that is not made again.
        if (!socket.connected) {
            reject(lost(endpoint));
            return;
        }
        socket.timeout(timeoutMs).emit(...wired(event, args), (failure: unknown, answer: unknown) => {
            if (failure === null || failure === undefined) {
                resolve(answer);
            } else if (socket.connected) {
                resolve(undefined);
            } else {
                reject(lost(endpoint));
            }
        });
    });
}

const direct: ReadonlySet<string> = new Set(["login", "loginByToken"]);

/** All but logins goes through the other server's own proxy, for itself. */
function wired(event: string, args: readonly unknown[]): [string, ...unknown[]] {
    return direct.has(event) ? [event, ...args] : ["agent", "", event, ...args];
}

function versionIn(info: unknown): string | undefined {
    const isObject = typeof info === "object" && info !== null;
    return isObject && "version" in info && typeof info.version === "string" ? info.version : undefined;
}

function lost(endpoint: string): AppError {
    return new AppError("unavailable", `${endpoint}: the connection was lost; try again`);
}
