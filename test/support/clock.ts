import type { Clock } from "../../backend/cicd/core/clock.ts";

export interface TestClock extends Clock {
    /** Lets so many milliseconds pass, and wakes who slept until then. */
    advance(milliseconds: number): void;
    /** Sets the clock, as an administrator does, and lets those who sleep sleep out: they do not sleep by it. */
    setBack(milliseconds: number): void;
}

/** A clock that stands still until it is told to go on. */
export function createTestClock(start = "2026-01-31T12:00:00.000Z"): TestClock {
    let now = Date.parse(start);
    const sleepers = new Set<{ readonly until: number; readonly wake: () => void }>();

    return {
        now: () => new Date(now),
        sleep: (milliseconds, signal) =>
            new Promise((resolve) => {
                if (signal?.aborted === true || milliseconds <= 0) {
                    resolve();
                    return;
                }
                const sleeper = {
                    until: now + milliseconds,
                    wake: () => {
                        sleepers.delete(sleeper);
                        resolve();
                    },
                };
                sleepers.add(sleeper);
                signal?.addEventListener("abort", sleeper.wake, { once: true });
            }),
        advance(milliseconds) {
            now += milliseconds;
            const due = [...sleepers].filter((sleeper) => sleeper.until <= now);
            due.sort((a, b) => a.until - b.until).forEach((sleeper) => sleeper.wake());
        },
        setBack(milliseconds) {
            now -= milliseconds;
            [...sleepers].forEach((sleeper) => sleeper.wake());
        },
    };
}
