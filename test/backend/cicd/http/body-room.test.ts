import { describe, expect, it } from "vitest";
import { createBodyRoom } from "../../../../backend/cicd/http/body-room.ts";

describe("the room for bodies", () => {
    it("is given to everybody whom it holds, and to those who wait as soon as there is enough", async () => {
        const room = createBodyRoom(100);
        const entered: string[] = [];
        const leaveFirst = await room.take(60, 1000);
        const leaveSecond = await room.take(40, 1000);
        const large = room.take(70, 1000).then((leave) => (entered.push("large"), leave));
        const small = room.take(30, 1000).then((leave) => (entered.push("small"), leave));

        leaveSecond?.();
        const leaveSmall = await small;
        expect(entered).toEqual(["small"]);
        leaveFirst?.();
        const leaveLarge = await large;

        expect(entered).toEqual(["small", "large"]);
        expect(await room.take(1, 1)).toBeUndefined();
        leaveSmall?.();
        leaveLarge?.();
        expect(await room.take(100, 1)).toBeDefined();
    });

    it("is not given to those who have waited too long", async () => {
        const room = createBodyRoom(100);
        const leave = await room.take(100, 1000);

        expect(await room.take(1, 1)).toBeUndefined();
        leave?.();

        expect(await room.take(100, 1)).toBeDefined();
    });

    it("holds one body that is larger than itself, alone", async () => {
        const room = createBodyRoom(10);
        const leave = await room.take(50, 1000);

        expect(leave).toBeDefined();
        expect(await room.take(1, 1)).toBeUndefined();
        leave?.();
        expect(await room.take(1, 1)).toBeDefined();
    });
});
