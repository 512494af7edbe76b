import { describe, expect, it } from "vitest";
import { pathAt, placeAt } from "../../../frontend/src/model/page-place.ts";

describe("the address of a page", () => {
    it.each([
        ["", "/compose/shop", "/compose/shop"],
        ["attic:5001", "/compose/shop", "/agent/attic:5001/compose/shop"],
        ["attic:5001", "/", "/agent/attic:5001"],
        ["[::1]:5001", "/disk", "/agent/%5B::1%5D:5001/disk"],
    ])("of %j for %j is %j", (endpoint, path, expected) => {
        expect(pathAt(endpoint, path)).toBe(expected);
        expect(placeAt(endpoint, path)).toBe(expected);
    });

    it("by name is the same page of the other server", () => {
        const place = { name: "stack", params: { stackName: "shop" }, query: { tab: "log" } };

        expect(placeAt("", place)).toBe(place);
        expect(placeAt("attic:5001", place)).toEqual({
            name: "agent-stack",
            params: { stackName: "shop", endpoint: "attic:5001" },
            query: { tab: "log" },
        });
    });
});
