/** A stack's container on another machine, as the host's list wants it. */
export interface OtherContainer {
    readonly id: string;
    readonly name: string;
    readonly project: string;
    readonly service: string;
    readonly state: string;
    readonly health?: string | undefined;
    readonly exitCode?: number | undefined;
    readonly oneOff: boolean;
}

export interface ElsewhereOutput {
    readonly signal: AbortSignal;
    readonly onLine: (line: string) => void;
}

/** Another machine that a stack runs on, with what is known of it now. */
export interface OtherMachine {
    readonly name: string;
    /** Where its published ports are reached. */
    readonly hostname: string;
    /** Why nothing is known of it now, a sentence; undefined while it answers. */
    readonly away?: string | undefined;
    readonly containers: readonly OtherContainer[];
    /**
     * Runs `docker compose WORDS` on the stack there, and answers the exit code. Throws AppError `unavailable` where the
     * machine is away, `conflict` where another server holds the stack there.
     */
    compose(words: readonly string[], output: ElsewhereOutput): Promise<number>;
    /** Hands on what the containers write, the last 100 lines first, until none runs or the signal aborts. */
    follow(output: ElsewhereOutput): Promise<void>;
}

/** Where else than on this machine a stack runs. */
export interface Elsewhere {
    readonly alsoHere: boolean;
    readonly machines: readonly OtherMachine[];
    /** The compose file of what is live; undefined before anything is. */
    composeFile(): Promise<{ readonly name: string; readonly text: string } | undefined>;
}
