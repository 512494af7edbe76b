import { describe, expect, it } from "vitest";
import { createBodyRoom } from "../../../../backend/cicd/http/body-room.ts";

/** Places in a room of 100 bytes, and who was told to go on. */
function createRoom(freeBytes = 0) {
    const room = createBodyRoom({ maxBytes: 100, freeBytes });
    const told: string[] = [];
    return { told, enter: (name: string) => room.enter(() => told.push(name)) };
}

describe("the room for bodies", () => {
    it("counts what has arrived: who has sent nothing keeps nobody waiting", () => {
        const { enter } = createRoom();
        ["a", "b", "c", "d"].forEach(enter);

        expect(enter("honest").take(100)).toBe(true);
    });

    it("lets the longest waiting body come in over the limit, the others once there is room again", () => {
        const { enter, told } = createRoom();
        const [held, first, second, third] = [enter("held"), enter("first"), enter("second"), enter("third")];
        expect(held.take(90)).toBe(true);

        expect(first.take(20)).toBe(true);
        expect(second.take(10)).toBe(false);
        expect(third.take(10)).toBe(false);
        expect(first.take(30)).toBe(true);
        expect(told).toEqual([]);

        first.leave();
        expect(told).toEqual(["second"]);
        held.leave();
        expect(told).toEqual(["second", "third"]);
        expect(third.take(50)).toBe(true);
    });

    it("does not count the beginning of a body: small ones never wait", () => {
        const { enter } = createRoom(20);
        expect(enter("large").take(120)).toBe(true);
        expect(enter("over the limit").take(40)).toBe(true);

        const small = enter("small");
        expect(small.take(15)).toBe(true);
        expect(small.take(5)).toBe(true);
        expect(small.take(1)).toBe(false);
    });

    it("forgets who leaves while it waits, and what leaves twice only once", () => {
        const { enter, told } = createRoom();
        const [held, over, gone] = [enter("held"), enter("over"), enter("gone")];
        held.take(100);
        over.take(10);
        expect(gone.take(30)).toBe(false);

        gone.leave();
        gone.leave();
        over.leave();
        expect(told).toEqual([]);
        expect(enter("next").take(1)).toBe(true);
        expect(enter("another").take(1)).toBe(false);
    });
});
