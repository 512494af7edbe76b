/** Another server, and how it is to be spoken to. */
export interface AgentTarget {
    /** Scheme, host and port. */
    readonly origin: string;
    /** How that server shall call itself in its pushes and in the names of its terminals. */
    readonly endpoint: string;
    /** Whether it may send what differs in the place of whole lists of stacks. */
    readonly stackListChanges: boolean;
}

/** What happens on a link. Nothing is called any more after `onEnd`, or after the link was ended from here. */
export interface AgentLinkListener {
    onConnect(): void;
    /** Could not be made, or is over: a sentence's end for people, such as "nothing listens there". */
    onEnd(reason: string): void;
    /** The other server has told its version. */
    onVersion(version: string): void;
    /** An agent-capable push, as it came: none of it can be trusted. */
    onPush(event: unknown, args: readonly unknown[]): void;
}

/** One connection to another server, which is not made again by itself. */
export interface AgentLink {
    /**
     * Sends an event and resolves with its answer, or with undefined when none came in time. Throws AppError
     * `unavailable` when the connection is or gets lost.
     */
    call(event: string, args: readonly unknown[], timeoutMs: number): Promise<unknown>;
    end(): void;
}

/** Starts to connect; the listener is called later, never before this returns. */
export type ConnectAgent = (target: AgentTarget, listener: AgentLinkListener) => AgentLink;
