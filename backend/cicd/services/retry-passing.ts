import { AppError } from "../../../common/errors.ts";
import type { Clock } from "../core/clock.ts";

/** Milliseconds before the second and the third attempt. */
const pauses = [2000, 6000];

/**
 * Tries up to three times where a registry cannot be reached; any other error is thrown at once, and so is the signal's
 * reason.
 */
export async function retryPassing<T>(
    clock: Clock,
    options: { readonly signal: AbortSignal; readonly onRetry: (line: string) => void },
    attempt: () => Promise<T>,
): Promise<T> {
    for (const pause of pauses) {
        try {
            return await attempt();
        } catch (error) {
            options.signal.throwIfAborted();
            if (!isPassing(error)) {
                throw error;
            }
            options.onRetry(`${error.message} Trying again in ${pause / 1000} s.`);
            await clock.sleep(pause, options.signal);
            options.signal.throwIfAborted();
        }
    }
    return attempt();
}

function isPassing(error: unknown): error is AppError {
    const details: unknown = error instanceof AppError ? error.details : undefined;
    return typeof details === "object" && details !== null && "trouble" in details && details.trouble === "unreachable";
}
