import { DeploymentFailure } from "../core/failure.ts";

/** Runs something that may take so many seconds; its signal aborts with the failure `timeout`, or with the outer reason. */
export async function withTimeLimit<T>(
    outer: AbortSignal,
    seconds: number,
    work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
    const limit = new AbortController();
    const timer = setTimeout(() => {
        limit.abort(
            new DeploymentFailure(
                "timeout",
                `Fetch and build took longer than ${seconds} s. Raise timeout, or make the build faster.`,
            ),
        );
    }, seconds * 1000);
    const signal = AbortSignal.any([outer, limit.signal]);
    try {
        return await work(signal);
    } catch (error) {
        // What was cut off reports all sorts of errors; the reason for the cut is what people want to know.
        throw signal.aborted ? signal.reason : error;
    } finally {
        clearTimeout(timer);
    }
}
