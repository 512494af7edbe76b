import { describe, expect, it } from "vitest";
import { z } from "zod";
import { bindEvents } from "../../../../backend/host/socket/event-table.ts";

const table = { list: { args: z.tuple([z.string(), z.int(), z.string().optional()]), right: "read" } } as const;

function call(...args: readonly unknown[]): Promise<object> | undefined {
    return bindEvents(table, { list: () => ({}) })
        .get("list")
        ?.call(args, undefined);
}

describe("the arguments of an event", () => {
    it("may leave optional ones out at the end", async () => {
        expect(await call("web", 1)).toEqual({});
        expect(await call("web", 1, null)).toEqual({});
    });

    it.each([
        [[], "argument 1: is missing"],
        [["web"], "argument 2: is missing"],
        [["web", null], "argument 2: is missing"],
    ])("names the one that is missing in %j", async (args, message) => {
        await expect(call(...args)).rejects.toMatchObject({ code: "invalid", message });
    });
});
