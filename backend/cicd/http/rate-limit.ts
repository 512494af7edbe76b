import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import { AppError } from "../../../common/errors.ts";

/** Counts one call under a key; throws AppError `rate_limited` past the limit. */
export type RateLimit = (key: string) => Promise<void>;

/** So many calls a minute for each key. */
export function perMinute(points: number): RateLimit {
    const limiter = new RateLimiterMemory({ points, duration: 60 });
    return async (key) => {
        try {
            await limiter.consume(key);
        } catch (error) {
            if (!(error instanceof RateLimiterRes)) {
                throw error;
            }
            const retryAfterSeconds = Math.ceil(error.msBeforeNext / 1000);
            throw new AppError("rate_limited", `Too many requests; try again in ${retryAfterSeconds} s.`, {
                details: { retryAfterSeconds },
            });
        }
    };
}
