/** A Docker engine that commands of this checkout may use, or why there is none. */
export type EngineChoice = UsableEngine | { readonly kind: "none"; readonly reason: string };

export interface UsableEngine {
    /** `own`: the one that the user's `docker` reaches. `testbed`: the project's private one. */
    readonly kind: "own" | "testbed";
    readonly description: string;
    /** What reaches it, to be laid over the environment of a process. */
    readonly environment: Readonly<Record<string, string>>;
    /** Takes down what was brought up for this choice; nothing where it was there before. */
    release(): Promise<void>;
}
