import { AppError } from "../../../common/errors.ts";
import type { Caller } from "../core/caller.ts";
import type { Session } from "./session.ts";

/** What the handler of an agent-capable event knows of its caller. */
export interface AgentContext {
    readonly caller: Caller;
    readonly socketId: string;
    readonly endpoint: string;
    /** A push to this caller alone. */
    emit(event: string, payload: object): void;
    /** Called once, when the caller logs out or disconnects. */
    onDisconnect(callback: () => void): void;
}

/** What the host's own handlers know besides. */
export interface HostContext extends AgentContext {
    readonly session: Session;
}

/** What the handler of a direct event knows; nobody may be logged in yet. */
export interface DirectContext {
    readonly session: Session;
    readonly caller: Caller | undefined;
    /** Called once the answer is sent. */
    afterAnswer(callback: () => void): void;
}

/** Who calls. Throws AppError `unauthorized` for nobody. */
export function usernameOf({ caller }: DirectContext): string {
    if (caller === undefined) {
        throw new AppError("unauthorized", "You are not logged in.");
    }
    return caller.username;
}

export function agentContext(session: Session, caller: Caller): HostContext {
    return {
        session,
        caller,
        socketId: session.id,
        endpoint: session.endpoint,
        emit: (event, payload) => session.emitAgent(event, payload),
        onDisconnect: (callback) => session.onEnd(callback),
    };
}
