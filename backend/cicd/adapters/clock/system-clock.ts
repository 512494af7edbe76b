import type { Clock } from "../../core/clock.ts";

/** The machine's own time. */
export const systemClock: Clock = {
    now: () => new Date(),
    sleep: (milliseconds, signal) =>
        new Promise((resolve) => {
            if (signal?.aborted === true) {
                resolve();
                return;
            }
            const done = (): void => {
                clearTimeout(timer);
                signal?.removeEventListener("abort", done);
                resolve();
            };
            const timer = setTimeout(done, milliseconds);
            signal?.addEventListener("abort", done, { once: true });
        }),
};
