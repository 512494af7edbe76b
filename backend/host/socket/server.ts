import type { IncomingMessage, Server as HttpServer } from "node:http";
import { Server, type Socket } from "socket.io";
import { clientAddress } from "../core/client-address.ts";
import { isOwnOrigin } from "../core/origin.ts";
import { createSession, type Peer, type Session } from "./session.ts";
import { createStrangers } from "./strangers.ts";

export interface SocketServerOptions {
    /** The server's public address, whose pages may connect besides its own. */
    readonly baseUrl: string | undefined;
    readonly trustProxy: () => boolean;
    readonly onConnect: (session: Session) => void;
    readonly onEvent: (session: Session, event: string, args: readonly unknown[]) => void;
}

export interface SocketServer {
    /** All connections, logged in or not. */
    sessions(): readonly Session[];
    stop(): void;
}

/** A compose file of 5 MB and its `.env`, with room for what JSON and UTF-8 make of them. */
const maxMessageBytes = 20_000_000;

/** Dockge's Socket.IO server: no namespace, login is an event. Foreign pages are turned away with 403. */
export function createSocketServer(http: HttpServer, options: SocketServerOptions): SocketServer {
    const sessions = new Map<string, Session>();
    const io = new Server(http, {
        maxHttpBufferSize: maxMessageBytes,
        serveClient: false,
        allowRequest: (request, answer) => answer(null, isAllowed(request, options)),
    });
    const using = new WeakMap<Socket["conn"], Session>();
    const strangers = createStrangers((connection) => using.get(connection)?.caller() !== undefined);
    io.engine.on("connection", (connection: Socket["conn"]) => {
        const forwardedFor = firstOf(connection.request.headers["x-forwarded-for"]);
        strangers.watch(connection, clientAddress(connection.remoteAddress, forwardedFor, options.trustProxy()));
    });
    io.on("connection", (socket) => {
        const session = createSession(socket, peerOf(socket, options.trustProxy()));
        sessions.set(session.id, session);
        using.set(socket.conn, session);
        socket.on("disconnect", () => void sessions.delete(session.id));
        socket.onAny((event: string, ...args: readonly unknown[]) => options.onEvent(session, event, args));
        options.onConnect(session);
    });
    return {
        sessions: () => [...sessions.values()],
        stop() {
            io.disconnectSockets(true);
            io.engine.close();
        },
    };
}

function isAllowed({ headers }: IncomingMessage, { baseUrl, trustProxy }: SocketServerOptions): boolean {
    const forwardedHost = firstOf(headers["x-forwarded-host"]);
    return isOwnOrigin({ origin: headers.origin, host: headers.host, forwardedHost }, baseUrl, trustProxy());
}

function peerOf({ handshake }: Socket, trustProxy: boolean): Peer {
    const { headers, address } = handshake;
    const auth: Readonly<Record<string, unknown>> = handshake.auth;
    return {
        address: clientAddress(address, firstOf(headers["x-forwarded-for"]), trustProxy),
        endpoint: endpointOf(firstOf(headers["endpoint"])),
        hostname: hostnameOf(headers.host),
        userAgent: headers["user-agent"] ?? "",
        stackListChanges: auth["stackListChanges"] === true,
    };
}

/** A main server tells under which host and port it knows this one. */
function endpointOf(header: string | undefined): string {
    return header !== undefined && /^[A-Za-z0-9.:[\]_-]{1,255}$/.test(header) ? header : "";
}

function hostnameOf(host: string | undefined): string {
    const url = `http://${host ?? ""}`;
    return URL.canParse(url) ? new URL(url).hostname : "";
}

function firstOf(header: string | readonly string[] | undefined): string | undefined {
    return typeof header === "string" ? header : header?.[0];
}
