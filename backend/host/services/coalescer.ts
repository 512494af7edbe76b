/** Runs one task at a time; calls that come while one is due or runs share the next run. */
export interface Coalescer<T> {
    /** Runs within a moment; a steady stream of calls cannot put it off. */
    soon(): void;
    /** Runs now, after a run that may be under way (which may have missed what this call is about). */
    now(): Promise<T>;
    stop(): void;
}

/** `gatherMilliseconds` is how long calls of `soon` are gathered; their failures go to `onError`. */
export function createCoalescer<T>(
    task: () => Promise<T>,
    gatherMilliseconds: number,
    onError: (error: unknown) => void,
): Coalescer<T> {
    let timer: NodeJS.Timeout | undefined;
    let running: Promise<T> | undefined;
    let next: Promise<T> | undefined;

    function run(): Promise<T> {
        clearTimeout(timer);
        timer = undefined;
        running = task().finally(() => (running = undefined));
        return running;
    }

    function now(): Promise<T> {
        if (running === undefined) {
            return run();
        }
        next ??= running
            .then(
                () => undefined,
                () => undefined,
            )
            .then(() => {
                next = undefined;
                return run();
            });
        return next;
    }

    return {
        now,
        soon() {
            timer ??= setTimeout(() => {
                timer = undefined;
                now().catch(onError);
            }, gatherMilliseconds);
        },
        stop: () => clearTimeout(timer),
    };
}
