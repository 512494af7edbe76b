import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createMasker, createStreamMasker } from "../../../../backend/cicd/core/mask.ts";
import { createLineSplitter } from "../../../../common/line-splitter.ts";

const secret = fc.string({
    unit: fc.constantFrom(...Array.from("abcdeXYZ019+/=&% \"'.\\äß€😀$()[]")),
    minLength: 3,
    maxLength: 40,
});
const visible = secret.filter((text) => text.trim().length >= 3 && !"***".includes(text));
const filler = fc.string({ unit: fc.constantFrom(...Array.from("mnop \n-_")), maxLength: 20 });

/** Every way in which a secret may show. */
function formsOf(value: string): string[] {
    return [
        value,
        encodeURIComponent(value),
        JSON.stringify(value).slice(1, -1),
        Buffer.from(value).toString("base64"),
        Buffer.from(value).toString("base64url"),
    ];
}

function inPieces(text: string, cuts: readonly number[]): string[] {
    const places = [0, ...cuts.map((cut) => cut % (text.length + 1)).sort((a, b) => a - b), text.length];
    return places.slice(1).map((place, index) => text.slice(places[index], place));
}

describe("masking", () => {
    it.each([
        ["the value", "a hunter2 b", "a *** b"],
        ["the value twice, side by side", "hunter2hunter2", "******"],
        ["its base64", Buffer.from("hunter2").toString("base64"), "***"],
        ["a text without it", "hunter", "hunter"],
    ])("hides %s", (_what, text, masked) => {
        expect(createMasker(["hunter2"]).mask(text)).toBe(masked);
    });

    it("hides a secret inside the base64 of a longer text at every alignment", () => {
        const value = "correct-horse-battery";
        for (const before of ["", "u", "us", "usr", "user:"]) {
            const text = Buffer.from(`${before}${value}@host`).toString("base64");
            const masked = createMasker([value]).mask(text);
            expect(masked).toContain("***");
            expect(Buffer.from(masked.split("***")[0] ?? "", "base64").toString()).not.toContain("correct");
        }
    });

    it("hides each line of a value of several lines, but not short ones", () => {
        const key = "-----BEGIN KEY-----\nAAAABBBB\nCCCCDDDD==\nxy\n-----END KEY-----\n";
        const text = createMasker([key]).mask("AAAABBBB and CCCCDDDD== and xy");
        expect(text).toBe("*** and *** and xy");
        expect(createMasker([key]).mask(`key ${JSON.stringify(key)}`)).not.toContain("BBBB");
    });

    it("hides the longest first, and overlapping ones together", () => {
        expect(createMasker(["abc", "abcdef"]).mask("xabcdefx")).toBe("x***x");
        expect(createMasker(["abcd", "cdef"]).mask("xabcdefx")).toBe("x***x");
    });

    it("leaves values under three characters and blanks alone", () => {
        expect(createMasker(["", "a", "ab", "   "]).mask("a ab    b")).toBe("a ab    b");
    });

    it("reads a secret's regular expression characters as text", () => {
        expect(createMasker(["a.c*(x"]).mask("abc a.c*(x")).toBe("abc ***");
    });

    it("hides the start of a secret at the end of a line that was cut", () => {
        const lines: string[] = [];
        const splitter = createLineSplitter((line) => lines.push(line), 12);
        splitter.push(Buffer.from("key: hunter2000\n"));
        splitter.end();

        expect(lines.map((line) => createMasker(["hunter2000"]).mask(line))).toEqual(["key:  … (line cut)"]);
    });

    it.each([76, 64])("hides base64 that is wrapped after %i characters", (width) => {
        const long = "eyJhbGciOiJIUzI1NiJ9.".repeat(9);
        const wrapped =
            Buffer.from(`${long}\n`)
                .toString("base64")
                .match(new RegExp(`.{1,${width}}`, "g")) ?? [];
        const masked = wrapped.map((line) => createMasker([long]).mask(line));

        expect(masked.length).toBeGreaterThan(2);
        expect(masked.filter((line) => line.replace("***", "").length > 4)).toEqual([]);
    });

    it("lets no form of any secret survive", () => {
        fc.assert(
            fc.property(fc.array(visible, { minLength: 1, maxLength: 4 }), fc.array(filler), (secrets, fillers) => {
                const text = secrets.flatMap((value, index) => [fillers[index] ?? "", ...formsOf(value)]).join("|");
                const masked = createMasker(secrets).mask(text);
                for (const value of secrets) {
                    expect(masked.replaceAll("***", "\0")).not.toContain(value);
                }
            }),
        );
    });

    it("masks a stream as it masks the whole, however it is cut", () => {
        const pieces = fc.array(fc.oneof(filler, visible), { maxLength: 10 });
        fc.assert(
            fc.property(fc.array(visible, { maxLength: 3 }), pieces, fc.array(fc.nat()), (secrets, parts, cuts) => {
                const text = [...parts, ...secrets, ...parts].join("");
                const stream = createStreamMasker(secrets);
                const masked =
                    inPieces(text, cuts)
                        .map((piece) => stream.push(piece))
                        .join("") + stream.flush();
                expect(masked).toBe(createMasker(secrets).mask(text));
            }),
        );
    });

    it("holds back no more than what may be the start of a secret", () => {
        const stream = createStreamMasker(["hunter2"]);
        expect(stream.push("password hun")).toBe("password ");
        expect(stream.push("ger")).toBe("hunger");
        expect(stream.push(" hunter2")).toBe(" ***");
        expect(stream.flush()).toBe("");
    });
});
