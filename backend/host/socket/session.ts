import type { Socket } from "socket.io";
import type { DirectPushes } from "../../../common/socket/host-events.ts";
import type { Caller } from "../core/caller.ts";
import type { LoginSessionRecord } from "../core/login-session.ts";
import type { TerminalViewer } from "../core/terminal.ts";
import { boundOutput, watchBacklog } from "./backlog.ts";
import { terminalName } from "./terminal-name.ts";

/** What a connection tells about itself before anybody has logged in. */
export interface Peer {
    readonly address: string;
    /** The name under which a main server knows this one; empty for browsers. */
    readonly endpoint: string;
    /** The host name that the client asked for. */
    readonly hostname: string;
    readonly userAgent: string;
    /** Whether it takes differences in the place of whole stack lists. */
    readonly stackListChanges: boolean;
}

/** One connection, and who is logged in on it. */
export interface Session extends Peer {
    readonly id: string;
    readonly viewer: TerminalViewer;
    caller(): Caller | undefined;
    /**
     * What was done for another person before ends. `login` is missing where everybody is logged in. Nobody is logged in
     * on a connection that has ended meanwhile.
     */
    logIn(caller: Caller, login?: LoginSessionRecord): void;
    login(): LoginSessionRecord | undefined;
    /** Forgets who it was, and tells those who did something for it. */
    logOut(): void;
    /** Called once, at logout or disconnect; at once where the connection has ended already. */
    onEnd(callback: () => void): void;
    emit<E extends keyof DirectPushes>(event: E, ...args: DirectPushes[E]): void;
    /** An agent-capable push; `endpoint` is added to a first argument that is an object. */
    emitAgent(event: string, ...args: readonly unknown[]): void;
    /** Another server's push, which names its endpoint already. */
    forward(event: string, args: readonly unknown[]): void;
    /** Whether it reads so slowly that much waits to be sent. */
    isBehind(): boolean;
    /** Makes the page load anew, and disconnects. */
    kick(): void;
}

export function createSession(socket: Socket, peer: Peer): Session {
    let caller: Caller | undefined;
    let login: LoginSessionRecord | undefined;
    let onEnd: (() => void)[] = [];

    let isGone = false;
    socket.once("disconnect", () => {
        isGone = true;
        logOut();
    });

    const isBehind = watchBacklog(socket.conn);
    const showOutput = boundOutput(isBehind, (...output) => emitAgent("terminalWrite", ...output));

    function logOut(): void {
        caller = undefined;
        login = undefined;
        const callbacks = onEnd;
        onEnd = [];
        callbacks.forEach((callback) => callback());
    }

    function emitAgent(event: string, ...[first, ...rest]: readonly unknown[]): void {
        const isObject = typeof first === "object" && first !== null;
        socket.emit("agent", event, isObject ? { ...first, endpoint: peer.endpoint } : first, ...rest);
    }

    return {
        ...peer,
        id: socket.id,
        caller: () => caller,
        login: () => login,
        logIn(who, by) {
            if (isGone) {
                return;
            }
            if (caller?.username !== who.username) {
                logOut();
            }
            caller = who;
            login = by;
        },
        logOut,
        onEnd(callback) {
            if (isGone) {
                callback();
                return;
            }
            onEnd.push(callback);
        },
        emit: (event, ...args) => void socket.emit(event, ...args),
        emitAgent,
        forward: (event, args) => void socket.emit("agent", event, ...args),
        isBehind,
        kick() {
            socket.emit("refresh");
            socket.disconnect();
        },
        viewer: {
            write: (kind, stack, text) => showOutput(terminalName(kind, peer.endpoint, stack), text),
            exit: (kind, stack, code) => emitAgent("terminalExit", terminalName(kind, peer.endpoint, stack), code),
            isGone: () => caller === undefined,
        },
    };
}
