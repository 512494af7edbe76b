import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createLineSplitter } from "../../common/line-splitter.ts";

function split(chunks: readonly Uint8Array[], limit?: number): string[] {
    const lines: string[] = [];
    const splitter = createLineSplitter((line) => lines.push(line), limit);
    chunks.forEach((chunk) => splitter.push(chunk));
    splitter.end();
    return lines;
}

describe("the line splitter", () => {
    it.each([
        ["nothing", [], []],
        ["a line without a line feed", ["a"], ["a"]],
        ["empty lines", ["a\n\nb\n"], ["a", "", "b"]],
        ["carriage returns before line feeds", ["a\r\nb\r\n"], ["a", "b"]],
        ["a line over three chunks", ["he", "ll", "o\n"], ["hello"]],
    ])("keeps %s", (_what, chunks, lines) => {
        expect(split(chunks.map((chunk) => Buffer.from(chunk)))).toEqual(lines);
    });

    it("gives the same lines however the bytes are cut", () => {
        const line = fc.string({ unit: "grapheme" }).filter((text) => !/[\n\r\uFEFF]/.test(text));
        fc.assert(
            fc.property(fc.array(line), fc.array(fc.nat(200)), (lines, cuts) => {
                const bytes = Buffer.from(lines.map((text) => `${text}\n`).join(""));
                const places = [
                    0,
                    ...cuts.map((cut) => Math.min(cut, bytes.length)).sort((a, b) => a - b),
                    bytes.length,
                ];
                const chunks = places.slice(1).map((place, index) => bytes.subarray(places[index], place));
                expect(split(chunks)).toEqual(lines);
            }),
        );
    });

    it("cuts a line that is too long, drops its rest and goes on with the next", () => {
        expect(split([Buffer.from("12345"), Buffer.from("6789\nshort\n")], 6)).toEqual([
            "123456 … (line cut)",
            "short",
        ]);
    });
});
