import { describe, expect, it } from "vitest";
import { fits, whyNotAPattern } from "../../../../backend/cicd/pipeline/match-pattern.ts";

describe("patterns of rules", () => {
    it.each([
        ["main", ["main"], true],
        ["main2", ["main"], false],
        ["release/1", ["release/*"], true],
        ["release/1/x", ["release/*"], false],
        ["release/1/x", ["release/**"], true],
        ["v1.2", ["/^v\\d+\\.\\d+$/"], true],
        ["xv1.2", ["/^v\\d+/"], false],
        ["main", ["!main"], false],
        ["other", ["!main"], true],
        ["release/old", ["release/*", "!release/old"], false],
        ["main", ["!/^m/"], false],
        ["", ["*"], false],
    ])("the name %j and %j: %s", (name, patterns, wanted) => {
        expect(fits(name, patterns, "name")).toBe(wanted);
    });

    it.each([
        ["src/a.ts", ["src"], true],
        ["src/a/b.ts", ["src/"], true],
        ["src/a.ts", ["./src/*.ts"], true],
        ["docs/a.md", ["src", "**/*.md"], true],
        ["lib/a.ts", ["src"], false],
        ["src/a.md", ["src", "!**/*.md"], false],
        [".github/x", ["**"], true],
    ])("the path %j and %j: %s", (path, patterns, wanted) => {
        expect(fits(path, patterns, "path")).toBe(wanted);
    });

    it("takes a path for wanted where matching it would take long", () => {
        const path = "a".repeat(4000);

        expect(fits(path, ["*a*a*a*a*b"], "path")).toBe(true);
        expect(fits(path, ["!*a*a*a*a*b"], "path")).toBe(true);
    });

    it.each([
        ["main", undefined],
        ["/^v/", undefined],
        ["/(/", "is no regular expression"],
        ["/(a+)+$/", "may take very long to match"],
        ["!", "is no glob"],
    ])("the pattern %j: %s", (pattern, wanted) => {
        expect(whyNotAPattern(pattern)).toBe(wanted);
    });
});
