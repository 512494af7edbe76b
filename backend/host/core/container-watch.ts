import type { StackContainer } from "./stack.ts";

/** What the host asks of the Docker engine. Every call throws AppError `unavailable` while the engine is away. */
export interface ContainerWatch {
    /** All containers of compose projects, stopped ones too. */
    list(): Promise<readonly StackContainer[]>;
    /** Names of the engine's networks, sorted. */
    listNetworks(): Promise<readonly string[]>;
    /** Throws AppError `unavailable` with a sentence that tells the way out. */
    ping(): Promise<void>;
    /**
     * Follows the engine's events until the signal aborts. `onChange`: a container appeared, changed or went, or the
     * engine is back; `onAway`: the engine has gone. Reconnects by itself.
     */
    watch(options: { signal: AbortSignal; onChange: () => void; onAway: (reason: Error) => void }): void;
}
