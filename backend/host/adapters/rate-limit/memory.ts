import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import type { RateLimit } from "../../core/rate-limit.ts";

/** Counts in this process' memory: `count` per key and window. */
export function memoryRateLimit(count: number, windowSeconds: number): RateLimit {
    const limiter = new RateLimiterMemory({ points: count, duration: windowSeconds });
    return {
        async take(key) {
            try {
                await limiter.consume(key);
                return true;
            } catch (refusal) {
                if (refusal instanceof RateLimiterRes) {
                    return false;
                }
                throw refusal;
            }
        },
        async giveBack(key) {
            await limiter.reward(key);
        },
    };
}
