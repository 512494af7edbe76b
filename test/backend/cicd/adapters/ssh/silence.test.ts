import { Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { cutWhenSilent } from "../../../../../backend/cicd/adapters/ssh/silence.ts";

describe("a connection that may have died without a word", () => {
    beforeEach(() => void vi.useFakeTimers());
    afterEach(() => vi.useRealTimers());

    function watched(): Socket {
        const line = new Socket();
        cutWhenSilent(line, 5);
        return line;
    }

    it("is cut when nothing has arrived for so long, however much is sent", () => {
        const line = watched();
        vi.advanceTimersByTime(19_000);
        expect(line.destroyed).toBe(false);

        vi.advanceTimersByTime(1000);
        expect(line.destroyed).toBe(true);
        expect(vi.getTimerCount()).toBe(0);
    });

    it("lives while anything arrives", () => {
        const line = watched();
        for (let seconds = 0; seconds < 100; seconds += 15) {
            vi.advanceTimersByTime(15_000);
            line.emit("data", Buffer.from("x"));
        }
        expect(line.destroyed).toBe(false);
    });

    it("is no longer watched when it has closed", () => {
        watched().emit("close");

        expect(vi.getTimerCount()).toBe(0);
    });
});
