/** One operation at a time per stack, shared by the page's buttons and deployments. */
export interface StackLock {
    /** Takes the lock, or tells who holds it. `what` is a phrase such as "deployment 3f2a…" for those who are refused. */
    tryAcquire(stack: string, what: string): { readonly release: () => void } | { readonly heldBy: string };
    /** Waits until it is free, first come, first served; rejects with the signal's reason. */
    acquire(stack: string, what: string, signal: AbortSignal): Promise<{ readonly release: () => void }>;
}
