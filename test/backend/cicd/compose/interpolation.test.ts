import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseTemplate, substitute, variableNames } from "../../../../backend/cicd/compose/interpolation.ts";

const values: Readonly<Record<string, string>> = { A: "one", EMPTY: "" };

describe("substitute", () => {
    it.each([
        ["$A-${A}", "one-one", []],
        ["$$A $${A}", "$A ${A}", []],
        ["${A:-x}${EMPTY:-x}${EMPTY-x}${NONE:-y}${NONE-z}", "onexyz", []],
        ["${A:+on}${EMPTY:+on}${NONE+on}", "on", []],
        ["${NONE:-${A}/${ALSO:-b}}", "one/b", []],
        ["${NONE} ${MORE:?why}", " ", ["NONE", "MORE"]],
        ["$ $1 ${ ${1} ${A", "$ $1 ${ ${1} ${A", []],
    ])("reads %s as %s", (text, expected, unresolved) => {
        expect(substitute(text, (name) => values[name])).toEqual({ text: expected, unresolved });
    });
});

describe("parseTemplate", () => {
    it("loses nothing of any text", () => {
        const template = fc
            .array(fc.constantFrom("$", "{", "}", "A", ":-", "x", "$$", "${A}", " "))
            .map((parts) => parts.join(""));

        fc.assert(
            fc.property(template, (text) => {
                expect(
                    parseTemplate(text)
                        .map((part) => part.source)
                        .join(""),
                ).toBe(text);
            }),
        );
    });

    it("stays quick with many unclosed braces", () => {
        expect(parseTemplate("${A:-".repeat(20_000)).length).toBeGreaterThan(0);
    });
});

it("variableNames finds those in defaults too", () => {
    expect([...variableNames("${A:-${B}} $C $$D")]).toEqual(["A", "B", "C"]);
});
