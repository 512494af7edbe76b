import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { shellExports, shellQuote } from "../../../../backend/cicd/commands/shell-quote.ts";

const word = fc
    .array(
        fc.oneof(
            fc.string({ unit: "binary", maxLength: 20 }),
            fc.constantFrom("'", '"', "\\", "$(id)", "`id`", "\n", "!", "*", "~", "-e", "%s", " "),
        ),
        { maxLength: 5 },
    )
    .map((parts) =>
        parts
            .join("")
            .replaceAll("\0", "")
            .replaceAll(/[\ud800-\udfff]/g, ""),
    );

describe("shellQuote", () => {
    it("makes each word one argument of a POSIX shell, as it is", () => {
        fc.assert(
            fc.property(fc.array(word, { maxLength: 6 }), (words) => {
                const input = `printf '%s\\0' x ${shellQuote(words)}`;
                expect(execFileSync("sh", { input }).toString()).toBe(["x", ...words, ""].join("\0"));
            }),
            { numRuns: 60 },
        );
    });

    it("refuses a NUL", () => {
        expect(() => shellQuote(["a\0b"])).toThrow(/^argument: has a NUL/);
    });
});

describe("shellExports", () => {
    it("sets variables for the programs that follow", () => {
        fc.assert(
            fc.property(word, (value) => {
                const input = `${shellExports({ GIVEN: value })}printenv GIVEN`;
                expect(execFileSync("sh", { input }).toString()).toBe(`${value}\n`);
            }),
            { numRuns: 30 },
        );
    });

    it.each(["", "1A", "A B", "A;id", "A=B", "ä"])("refuses the name %j", (name) => {
        expect(() => shellExports({ [name]: "x" })).toThrow(/use letters, digits and _ only/);
    });
});
