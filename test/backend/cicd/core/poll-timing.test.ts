import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { backOff, jittered, startDelay } from "../../../../backend/cicd/core/poll-timing.ts";

const random = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });
const interval = fc.integer({ min: 30, max: 86_400 });

describe("the time of the next poll", () => {
    it("is the interval, ten per cent more or less", () => {
        fc.assert(
            fc.property(interval, random, (seconds, chance) => {
                const delay = jittered(seconds, chance);
                expect(delay).toBeGreaterThanOrEqual(seconds * 900);
                expect(delay).toBeLessThanOrEqual(seconds * 1100);
            }),
        );
    });

    it("is within a minute of the start, and a hundred remotes are spread over it", () => {
        fc.assert(
            fc.property(fc.integer({ min: 1, max: 500 }), random, (count, chance) => {
                const delays = Array.from({ length: count }, (_, index) => startDelay(index, count, chance));
                expect(Math.max(...delays)).toBeLessThanOrEqual(60_000);
                expect(Math.min(...delays)).toBeGreaterThanOrEqual(0);
                const inOneSecond = delays.filter((delay) => delay < (delays[0] ?? 0) + 1000).length;
                expect(inOneSecond).toBeLessThanOrEqual(Math.max(3, Math.ceil(count / 60) + 1));
            }),
        );
    });

    it("is soon after the start where there is one remote", () => {
        expect(startDelay(0, 1, 0.99)).toBeLessThan(500);
    });

    it("comes later after every failure, but at least every hour, or as often as was asked", () => {
        expect([0, 1, 2, 3, 4, 5, 50].map((failures) => backOff(300, failures))).toEqual([
            300, 600, 1200, 2400, 3600, 3600, 3600,
        ]);
        expect(backOff(86_400, 5)).toBe(86_400);
    });
});
