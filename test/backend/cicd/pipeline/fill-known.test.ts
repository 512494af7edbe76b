import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addKnown, fillKnown } from "../../../../backend/cicd/pipeline/fill-known.ts";
import { addVariables, fillText } from "../../../../backend/cicd/pipeline/fill-text.ts";

describe("variables that are put in twice: those of the file first, those of the stack later", () => {
    it.each([
        ["$A-${A}", "one-one"],
        ["$LATER ${LATER} ${LATER:-x}", "$LATER ${LATER} ${LATER:-x}"],
        ["$$A", "$$A"],
        ["${EMPTY:-a$b}", "a$$b"],
        ["${EMPTY}", ""],
        ["${OPEN}S", "${LATER}S"],
        ["${ENDS}A", "cost$$A"],
        ["5$ and $5", "5$ and $5"],
    ])("%j becomes %j", (text, wanted) => {
        expect(fillKnown(text, { A: "one", EMPTY: "", OPEN: "$LATER", ENDS: "cost$" })).toBe(wanted);
    });

    it("what the server tells is no text with variables", () => {
        expect(addKnown({ MESSAGE: "pay $A $$" }, { A: 1, B: "$MESSAGE" })).toEqual({
            MESSAGE: "pay $$A $$$$",
            A: "1",
            B: "pay $$A $$$$",
        });
    });

    it("gives in the end what putting them in at once gives, where the stack knows nothing of its own", () => {
        const piece = fc.constantFrom("$", "$$", "A", "$A", "${A}", "${B}", "${B:-x}", "{", "}", " ", "é", "$C");
        const text = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(""));

        fc.assert(
            fc.property(text, text, text, (a, b, whole) => {
                const twice = fillText(fillKnown(whole, addKnown({}, { A: a, B: b })), {});
                const once = fillText(whole, addVariables({}, { A: a, B: b }));

                // A name without a value may have got its braces.
                expect(plain(twice)).toBe(plain(once));
            }),
        );
    });
});

function plain(text: string): string {
    return text.replace(/\$\{([A-Z]+)\}/g, (_, name: string) => `$${name}`);
}
