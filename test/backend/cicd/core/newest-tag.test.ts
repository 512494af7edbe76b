import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareVersions, newestTag } from "../../../../backend/cicd/core/newest-tag.ts";

describe("the newest tag", () => {
    it.each([
        [["v1.9.0", "v1.10.0", "v1.2.0"], "v1.10.0"],
        [["v1.0.0", "v1.0.0-rc.1"], "v1.0.0"],
        [["v1.0.0-rc.2", "v1.0.0-rc.10"], "v1.0.0-rc.10"],
        [["v1.0.0-rc.1", "v0.9.9"], "v1.0.0-rc.1"],
        [["app-1.2", "app-1.10"], "app-1.10"],
        [["2026.09.30", "2026.10.01"], "2026.10.01"],
        [["nightly"], "nightly"],
        [[], undefined],
    ])("of %j is %s", (names, newest) => {
        expect(newestTag(names)).toBe(newest);
    });

    it("does not depend on the order in which the remote lists them", () => {
        const names = fc.uniqueArray(fc.stringMatching(/^v?[0-9]{1,3}(\.[0-9]{1,3}){0,2}(-rc\.?[0-9]{1,2})?$/));
        fc.assert(
            fc.property(names, (list) => {
                expect(newestTag([...list].reverse())).toBe(newestTag(list));
            }),
        );
    });

    it("is found by an order: of two names one is newer, whichever is asked first", () => {
        fc.assert(
            fc.property(fc.string(), fc.string(), (a, b) => {
                expect(Math.sign(compareVersions(a, b))).toBe(Math.sign(-compareVersions(b, a)) + 0);
            }),
        );
    });
});
