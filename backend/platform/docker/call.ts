import { statusOf, toAppError } from "./errors.ts";

/** How long the engine may take to answer a short call, in seconds. */
export const patienceSeconds = 30;

type Make<T> = (abortSignal: AbortSignal) => Promise<T>;

/** Makes a short call. Throws AppError `unavailable` where the engine does not answer in time or at all. */
export async function call<T>(make: Make<T>, seconds = patienceSeconds): Promise<T> {
    try {
        return await make(AbortSignal.timeout(seconds * 1000));
    } catch (error) {
        throw toAppError(error);
    }
}

/** Makes a short call; undefined where the engine answers one of these statuses: no such thing, or already so. */
export async function callUnless<T>(
    statuses: readonly number[],
    make: Make<T>,
    seconds = patienceSeconds,
): Promise<T | undefined> {
    try {
        return await make(AbortSignal.timeout(seconds * 1000));
    } catch (error) {
        const status = statusOf(error);
        if (status !== undefined && statuses.includes(status)) {
            return undefined;
        }
        throw toAppError(error);
    }
}
