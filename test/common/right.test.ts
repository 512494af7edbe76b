import { expect, it } from "vitest";
import { includesRight } from "../../common/right.ts";

it.each([
    [["read"], "read", true],
    [["read"], "deploy", false],
    [["deploy"], "read", true],
    [["admin"], "edit", true],
    [["edit"], "admin", false],
    [["read", "edit"], "deploy", true],
    [[], "read", false],
] as const)("of %j, is %s among them: %s", (given, needed, expected) => {
    expect(includesRight(given, needed)).toBe(expected);
});
