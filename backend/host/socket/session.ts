import type { Socket } from "socket.io";
import type { DirectPushes } from "../../../common/socket/host-events.ts";
import type { Caller } from "../core/caller.ts";
import type { TerminalViewer } from "../core/terminal.ts";
import { terminalName } from "./terminal-name.ts";

/** What a connection tells about itself before anybody has logged in. */
export interface Peer {
    readonly address: string;
    /** The name under which a main server knows this one; empty for browsers. */
    readonly endpoint: string;
    /** The host name that the client asked for. */
    readonly hostname: string;
}

/** One connection, and who is logged in on it. */
export interface Session extends Peer {
    readonly id: string;
    readonly viewer: TerminalViewer;
    caller(): Caller | undefined;
    /** What was done for another person before ends. */
    logIn(caller: Caller): void;
    /** Forgets who it was, and tells those who did something for it. */
    logOut(): void;
    /** Called once, at logout or disconnect. */
    onEnd(callback: () => void): void;
    emit<E extends keyof DirectPushes>(event: E, ...args: DirectPushes[E]): void;
    /** An agent-capable push; `endpoint` is added to a first argument that is an object. */
    emitAgent(event: string, ...args: readonly unknown[]): void;
    /** Makes the page load anew, and disconnects. */
    kick(): void;
}

export function createSession(socket: Socket, peer: Peer): Session {
    let caller: Caller | undefined;
    let onEnd: (() => void)[] = [];

    function logOut(): void {
        caller = undefined;
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
        logIn(who) {
            if (caller?.username !== who.username) {
                logOut();
            }
            caller = who;
        },
        logOut,
        onEnd: (callback) => void onEnd.push(callback),
        emit: (event, ...args) => void socket.emit(event, ...args),
        emitAgent,
        kick() {
            socket.emit("refresh");
            socket.disconnect();
        },
        viewer: {
            write: (kind, stack, text) => emitAgent("terminalWrite", terminalName(kind, peer.endpoint, stack), text),
            exit: (kind, stack, code) => emitAgent("terminalExit", terminalName(kind, peer.endpoint, stack), code),
        },
    };
}
