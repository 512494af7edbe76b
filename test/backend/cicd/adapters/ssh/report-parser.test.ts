import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createReportParser } from "../../../../../backend/cicd/adapters/ssh/report-parser.ts";

const mark = "cicd-0123";

function parse(chunks: readonly Buffer[]) {
    const seen: Buffer[] = [];
    const parser = createReportParser(mark, (bytes) => seen.push(Buffer.from(bytes)));
    chunks.forEach((chunk) => parser.push(chunk));
    return { output: Buffer.concat(seen), report: parser.report() };
}

describe("the report at the end of a command's output", () => {
    it("is taken off, wherever the chunks are cut, and whatever the output holds", () => {
        const piece = fc.constantFrom("\0", "\0cicd", "\0cicd-0", "a", "\n", "0 1 2");
        const output = fc.array(piece, { maxLength: 20 }).map((parts) => parts.join(""));
        fc.assert(
            fc.property(output, fc.array(fc.nat(60), { maxLength: 6 }), (text, cuts) => {
                const whole = Buffer.from(`${text}\0${mark} 3 10 20\n`);
                const places = [0, ...cuts.toSorted((a, b) => a - b), whole.length];
                const chunks = places.map((place, index) => whole.subarray(places[index - 1] ?? 0, place));
                const parsed = parse(chunks);
                expect(parsed.output.toString()).toBe(text);
                expect(parsed.report).toEqual({ exitCode: 3, stdout: 10, stderr: 20 });
            }),
        );
    });

    it("tells of a command that was killed with everything of it", () => {
        expect(parse([Buffer.from(`\0${mark} gone 1 2\n`)]).report).toEqual({
            exitCode: undefined,
            stdout: 1,
            stderr: 2,
        });
    });

    it.each(["", "output", `\0${mark} 3 10`, `\0${mark} x y z\n`])("is none in %j", (text) => {
        expect(parse([Buffer.from(text)]).report).toBeUndefined();
    });

    it("holds back nothing that cannot be its beginning", () => {
        expect(parse([Buffer.from("line without an end")]).output.toString()).toBe("line without an end");
    });
});
