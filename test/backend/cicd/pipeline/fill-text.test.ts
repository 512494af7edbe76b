import { describe, expect, it } from "vitest";
import { addVariables, fillText, missingVariable, TextTooLong } from "../../../../backend/cicd/pipeline/fill-text.ts";

const variables = { A: "one", B: "$A", EMPTY: "" };

describe("variables in texts", () => {
    it.each([
        ["$A-${A}", "one-one"],
        ["$B", "$A"],
        ["$NO ${NO}", "$NO ${NO}"],
        ["${NO:-two} ${EMPTY:-three} ${A:-four}", "two three one"],
        ["$$A $1 $", "$A $1 $"],
        ["$constructor ${toString}", "$constructor ${toString}"],
    ])("%j becomes %j", (text, wanted) => {
        expect(fillText(text, variables)).toBe(wanted);
    });

    it("names the first variable without a value", () => {
        expect(missingVariable("$A ${X:-y} ${NO} $OTHER", variables)).toBe("NO");
        expect(missingVariable("$A $$NO", variables)).toBeUndefined();
    });

    it("lets a variable name those before it, and keeps what multiplies small", () => {
        expect(addVariables({ A: "a" }, { B: "$A$A", C: "$B-$D", D: 1 })).toEqual({
            A: "a",
            B: "aa",
            C: "aa-$D",
            D: "1",
        });
        expect(() => fillText("$X$X", { X: "x".repeat(40_000) })).toThrow(TextTooLong);
    });
});
