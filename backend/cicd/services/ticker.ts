import type { Clock } from "../core/clock.ts";

const longestWaitMilliseconds = 60_000;
const retryMilliseconds = 30_000;

export interface Ticker {
    start(): void;
    /** Takes the next turn now, or right after the one that runs. */
    wake(): void;
    /** Takes no more turns, and waits for the one that runs. */
    stop(): Promise<void>;
}

/**
 * Takes a turn again and again: after as many milliseconds as the last one answered, a minute at most, so that a clock
 * that was set is noticed. One that throws is reported, and taken again after half a minute.
 */
export function createTicker(ports: {
    readonly clock: Clock;
    readonly turn: () => Promise<number>;
    readonly onError: (error: unknown) => void;
}): Ticker {
    let bell = new AbortController();
    const stopping = new AbortController();
    let turns: Promise<void> = Promise.resolve();

    async function turn(): Promise<number> {
        try {
            return await ports.turn();
        } catch (error) {
            ports.onError(error);
            return retryMilliseconds;
        }
    }

    async function run(): Promise<void> {
        while (!stopping.signal.aborted) {
            bell = new AbortController();
            const { signal } = bell;
            const wait = await turn();
            await ports.clock.sleep(Math.min(wait, longestWaitMilliseconds), signal);
        }
    }

    return {
        start() {
            turns = run();
        },
        wake: () => bell.abort(),
        stop() {
            stopping.abort();
            bell.abort();
            return turns;
        },
    };
}
