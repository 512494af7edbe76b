import { DeploymentFailure } from "../core/failure.ts";

/** Time that does not count, such as that of a person. */
export interface TimeLimit {
    pause(): void;
    resume(): void;
}

/** Runs something that may take so many seconds; its signal aborts with the failure `timeout`, or with the outer reason. */
export async function withTimeLimit<T>(
    outer: AbortSignal,
    seconds: number,
    work: (signal: AbortSignal, limit: TimeLimit) => Promise<T>,
): Promise<T> {
    const limit = new AbortController();
    const timer = startTimer(seconds * 1000, () => {
        limit.abort(
            new DeploymentFailure(
                "timeout",
                `Fetch, pipeline and build took longer than ${seconds} s. Raise timeout, or make them faster.`,
            ),
        );
    });
    const signal = AbortSignal.any([outer, limit.signal]);
    try {
        return await work(signal, timer);
    } catch (error) {
        // What was cut off reports all sorts of errors; the reason for the cut is what people want to know.
        throw signal.aborted ? signal.reason : error;
    } finally {
        timer.pause();
    }
}

function startTimer(milliseconds: number, onEnd: () => void): TimeLimit {
    let left = milliseconds;
    let since = performance.now();
    let timer: NodeJS.Timeout | undefined = setTimeout(onEnd, left);
    return {
        pause() {
            if (timer !== undefined) {
                clearTimeout(timer);
                timer = undefined;
                left -= performance.now() - since;
            }
        },
        resume() {
            if (timer === undefined) {
                since = performance.now();
                timer = setTimeout(onEnd, Math.max(0, left));
            }
        },
    };
}
