import type { CicdAnswers, CicdEvent, CicdPushes, cicdEvents } from "../../../common/socket/cicd-events.ts";
import type { EventArgs } from "../../../common/socket/event.ts";
import type { Caller } from "../core/host.ts";

/** What a handler knows of the browser that calls. */
export interface SocketContext {
    readonly caller: Caller;
    readonly socketId: string;
    /** Sends a push to this browser alone. */
    emit<E extends keyof CicdPushes>(event: E, payload: CicdPushes[E]): void;
    onDisconnect(callback: () => void): void;
}

/** A handler for every event of the table: one that is forgotten does not compile. Answers lack only `ok: true`. */
export type CicdHandlers = {
    readonly [E in CicdEvent]: (
        args: EventArgs<(typeof cicdEvents)[E]>,
        context: SocketContext,
    ) => Promise<CicdAnswers[E]>;
};
