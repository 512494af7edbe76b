import type { Clock } from "../../backend/cicd/core/clock.ts";

export interface RushingClock extends Clock {
    /** Milliseconds since the start. */
    passed(): number;
    /** Called whenever time has passed. */
    onTick: (passed: number) => void;
}

/** A clock on which sleeping takes no time, but lets time pass. */
export function createRushingClock(): RushingClock {
    const start = Date.parse("2026-01-31T12:00:00.000Z");
    let passed = 0;
    const clock: RushingClock = {
        onTick: () => undefined,
        passed: () => passed,
        now: () => new Date(start + passed),
        async sleep(milliseconds) {
            passed += milliseconds;
            clock.onTick(passed);
            await Promise.resolve();
        },
    };
    return clock;
}
