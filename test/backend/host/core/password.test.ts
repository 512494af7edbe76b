import { expect, it } from "vitest";
import { whyWeak } from "../../../../backend/host/core/password.ts";

it.each([
    ["abc123", true],
    ["abcdeF", true],
    ["abcde!", true],
    ["abcdef", false],
    ["123456", false],
    ["ab12", false],
    ["", false],
])("takes %j: %s", (password, isGood) => {
    expect(whyWeak(password) === undefined).toBe(isGood);
});
