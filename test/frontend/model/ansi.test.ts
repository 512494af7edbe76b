import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseAnsi, stripAnsi } from "../../../frontend/src/model/ansi.ts";
import { markMatches } from "../../../frontend/src/model/log-search.ts";

const esc = "\u001b";

describe("parseAnsi", () => {
    it.each([
        ["plain", [{ text: "plain", classes: [] }]],
        [
            `${esc}[31mred${esc}[0m rest`,
            [
                { text: "red", classes: ["ansi-fg-31"] },
                { text: " rest", classes: [] },
            ],
        ],
        [`${esc}[1;92mgood${esc}[m`, [{ text: "good", classes: ["ansi-bold", "ansi-fg-92"] }]],
        [`${esc}[38;5;196mx`, [{ text: "x", classes: [], colour: "rgb(255 0 0)" }]],
        [`${esc}[38;2;1;2;3mx`, [{ text: "x", classes: [], colour: "rgb(1 2 3)" }]],
        [`${esc}[2K${esc}[1Aafter moves`, [{ text: "after moves", classes: [] }]],
        [`${esc}]8;;http://x${esc}\\link${esc}]8;;${esc}\\`, [{ text: "link", classes: [] }]],
        ["10%\r50%\r100%\r", [{ text: "100%", classes: [] }]],
    ])("reads %j", (line, expected) => {
        expect(parseAnsi(line)).toMatchObject(expected);
    });

    it("shows the same text that is searched, without control or bidirectional characters", () => {
        fc.assert(
            fc.property(fc.string({ unit: "binary" }), (line) => {
                const text = parseAnsi(line)
                    .map((span) => span.text)
                    .join("");
                expect(text).toBe(stripAnsi(line));
                expect(text).not.toMatch(/(?![\t\n])[\p{Cc}\u202a-\u202e]/u);
            }),
        );
    });
});

describe("markMatches", () => {
    it("marks each occurrence, whatever its case, and keeps the text", () => {
        const spans = markMatches(parseAnsi(`An ${esc}[31mError${esc}[0m is an error`), "error");

        expect(spans.map(({ text }) => text).join("|")).toBe("An |Error| is an |error");
        expect(spans[1]?.classes).toEqual(["ansi-fg-31", "ansi-match"]);
    });
});
