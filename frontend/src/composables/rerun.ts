/** Runs one at a time: asked for while it runs, it runs once more afterwards. */
export interface Rerun {
    readonly running: () => boolean;
    start(): Promise<void>;
}

/** `task` may throw: the run that was asked for meanwhile is then given up. */
export function createRerun(task: () => Promise<void>): Rerun {
    let running = false;
    let again = false;

    async function start(): Promise<void> {
        if (running) {
            again = true;
            return;
        }
        running = true;
        try {
            do {
                again = false;
                await task();
            } while (wantsAgain());
        } finally {
            running = false;
        }
    }

    function wantsAgain(): boolean {
        return again;
    }

    return { running: () => running, start };
}
