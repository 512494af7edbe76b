import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createTurns } from "../../../../../backend/cicd/adapters/ssh/turns.ts";

describe("turns", () => {
    beforeEach(() => void vi.useFakeTimers());
    afterEach(() => vi.useRealTimers());

    it("come first, first served", async () => {
        const turns = createTurns(1);
        const order: string[] = [];
        await turns.take(10);
        const both = ["second", "third"].map(async (name) => {
            expect(await turns.take(10)).toBe(true);
            order.push(name);
            turns.end();
        });

        turns.end();
        await Promise.all(both);

        expect(order).toEqual(["second", "third"]);
        expect(turns.tryTake()).toBe(true);
        expect(turns.tryTake()).toBe(false);
    });

    it("are not waited for for ever, and one that was given up costs none", async () => {
        const turns = createTurns(1);
        await turns.take(10);
        const givenUp = turns.take(10);
        await vi.advanceTimersByTimeAsync(10_000);
        expect(await givenUp).toBe(false);

        turns.end();

        expect(turns.tryTake()).toBe(true);
    });
});
