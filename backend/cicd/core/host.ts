import type { Right } from "../../../common/right.ts";

/** Who is asking. */
export interface Caller {
    readonly username: string;
    /** `login`: the browser's or REST login's token; `token`: an API token. */
    readonly via: "login" | "token";
    readonly rights: readonly Right[];
}

/**
 * What the plugin needs of its host, embedded or a stock Dockge.
 */
export interface Host {
    readonly dataDirectory: string;
    readonly stacksDirectory: string;
    /** Who a REST request's Bearer token belongs to; undefined for an unknown one. */
    authenticate(bearer: string): Promise<Caller | undefined>;
    /** The names of all folders that are stacks. */
    listStacks(): Promise<readonly { readonly name: string; readonly status: number }[]>;
    /** Makes the folder of a new stack; fine when it exists. */
    createStackDirectory(stack: string): Promise<void>;
    /** The stack's directory, symlinks resolved. */
    stackDirectory(stack: string): Promise<string>;
    readonly lock: StackLock;
    /** Sends an agent-capable push to every logged-in browser that may see the stack. */
    push(event: string, payload: Readonly<Record<string, unknown>>): void;
    /** Whether any browser is logged in: without one nobody gets a push. */
    isWatched(): boolean;
    /** Makes the host look at a stack again and send its list. */
    refreshStacks(): void;
    /** Calls back when a user starts or stops a whole stack, or deletes it. */
    onStackAction(listener: (stack: string, action: "started" | "stopped" | "deleted") => void | Promise<void>): void;
}

/** One operation at a time per stack, shared by Dockge's own buttons and deployments. */
export interface StackLock {
    /** Takes the lock, or tells who holds it. `what` is a phrase such as "deployment 3f2a…" for the refused. */
    tryAcquire(stack: string, what: string): { readonly release: () => void } | { readonly heldBy: string };
    /** Waits until it is free; rejects with the signal's reason. */
    acquire(stack: string, what: string, signal: AbortSignal): Promise<{ readonly release: () => void }>;
}
