/** Runs tasks of the same key one after the other. */
export interface KeyedQueue {
    /** Rejects with the signal's reason when it aborts before the task's turn. */
    run<T>(key: string, signal: AbortSignal, task: () => Promise<T>): Promise<T>;
}

export function createQueue(): KeyedQueue {
    const tails = new Map<string, Promise<void>>();

    return {
        async run(key, signal, task) {
            const previous = tails.get(key) ?? Promise.resolve();
            let finish = (): void => undefined;
            const own = new Promise<void>((resolve) => {
                finish = resolve;
            });
            const tail = previous.then(() => own);
            tails.set(key, tail);
            void tail.then(() => {
                if (tails.get(key) === tail) {
                    tails.delete(key);
                }
            });
            try {
                await untilAborted(previous, signal);
                return await task();
            } finally {
                finish();
            }
        },
    };
}

async function untilAborted(promise: Promise<void>, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    let onAbort = (): void => undefined;
    const aborted = new Promise<void>((resolve) => {
        onAbort = resolve;
        signal.addEventListener("abort", onAbort, { once: true });
    });
    await Promise.race([promise, aborted]);
    signal.removeEventListener("abort", onAbort);
    signal.throwIfAborted();
}
