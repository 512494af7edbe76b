import type { StackLock } from "../core/stack-lock.ts";

interface Holder {
    readonly what: string;
    /** Called in turn when the lock is released. */
    readonly waiting: Set<() => void>;
}

/** Locks in this process' memory: a restart ends every operation, and so frees them all. */
export function createStackLock(): StackLock {
    const holders = new Map<string, Holder>();

    function hold(stack: string, what: string, waiting = new Set<() => void>()): { readonly release: () => void } {
        const holder: Holder = { what, waiting };
        holders.set(stack, holder);
        return { release: () => release(stack, holder) };
    }

    function release(stack: string, holder: Holder): void {
        if (holders.get(stack) !== holder) {
            return;
        }
        holders.delete(stack);
        const [next] = holder.waiting;
        next?.();
    }

    function wait(stack: string, what: string, holder: Holder, signal: AbortSignal): Promise<{ release: () => void }> {
        return new Promise((resolve, reject) => {
            const takeOver = (): void => {
                stopWaiting();
                resolve(hold(stack, what, holder.waiting));
            };
            const giveUp = (): void => {
                stopWaiting();
                reject(reasonOf(signal));
            };
            const stopWaiting = (): void => {
                holder.waiting.delete(takeOver);
                signal.removeEventListener("abort", giveUp);
            };
            holder.waiting.add(takeOver);
            signal.addEventListener("abort", giveUp, { once: true });
        });
    }

    return {
        tryAcquire(stack, what) {
            const holder = holders.get(stack);
            return holder === undefined ? hold(stack, what) : { heldBy: holder.what };
        },
        async acquire(stack, what, signal) {
            signal.throwIfAborted();
            const holder = holders.get(stack);
            return holder === undefined ? hold(stack, what) : wait(stack, what, holder, signal);
        },
    };
}

function reasonOf(signal: AbortSignal): Error {
    const reason: unknown = signal.reason;
    return reason instanceof Error ? reason : new Error("aborted", { cause: reason });
}
