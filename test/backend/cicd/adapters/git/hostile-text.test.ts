import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseSections } from "../../../../../backend/cicd/adapters/git/gitmodules.ts";
import { submoduleAddress } from "../../../../../backend/cicd/adapters/git/submodule-address.ts";
import { addressKey, isSameAddress, parseAddress } from "../../../../../backend/cicd/core/git-address.ts";
import { patternCost } from "../../../../../backend/cicd/core/pattern-cost.ts";
import { addressKind, hostKind } from "../../../../../backend/cicd/core/private-address.ts";

const piece = fc.constantFrom(
    "submodule.",
    ".path",
    ".url",
    "\n",
    "\0",
    "..",
    "/",
    ":",
    "@",
    "[",
    "]",
    "%",
    "::1",
    "a",
    "\\",
);
const text = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.array(piece).map((parts) => parts.join("")),
);

describe("whatever is written", () => {
    it("addresses are taken apart, or are none", () => {
        fc.assert(
            fc.property(text, text, (one, other) => {
                parseAddress(one);
                addressKey(one);
                isSameAddress(one, other);
                expect(["public", "loopback", "private", "forbidden"]).toContain(hostKind(one));
                expect(["public", "loopback", "private", "forbidden"]).toContain(addressKind(one));
            }),
        );
    });

    it("a submodule stays on its repository's server, or is refused", () => {
        fc.assert(
            fc.property(text, (written) => {
                const address = submoduleAddress("https://git.example/o/r", written);
                expect(address.ok ? address.url : "https://git.example/").toMatch(/^https:\/\/git\.example\//);
            }),
        );
    });

    it("sections of .gitmodules have a path each", () => {
        fc.assert(fc.property(text, (output) => parseSections(output).every(({ path }) => path !== "")));
    });

    it("a pattern's cost is told in time", () => {
        const sign = fc.constantFrom("(", ")", "[", "]", "*", "+", "?", "|", "{1,9}", "a", "\\", ".", "(?:");
        const pattern = fc.oneof(
            fc.string({ unit: "binary" }),
            fc.array(sign).map((parts) => parts.join("")),
        );
        fc.assert(fc.property(pattern, (written) => patternCost(written, 255) >= 0));
        const started = performance.now();
        for (const sign of ["(", "[", "a*", "\\", "{", "(?:a|b)?"]) {
            patternCost(sign.repeat(10_000), 255);
        }
        expect(performance.now() - started).toBeLessThan(2000);
    });
});
