import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { drawBadge, textWidth } from "../../../../../backend/cicd/services/pipelines/draw-badge.ts";

describe("a badge", () => {
    it("says in words what it shows", () => {
        const image = drawBadge({ label: "pipeline", state: "passing" });

        expect(image).toContain("<title>pipeline: passing</title>");
        expect(image).toContain('role="img" aria-label="pipeline: passing"');
    });

    it("has the width of its words", () => {
        const width = /<svg [^>]*width="(\d+)"/.exec(drawBadge({ label: "pipeline", state: "failing" }))?.[1];

        expect(Number(width)).toBe(textWidth("pipeline") + textWidth("failing") + 24);
        expect(textWidth("mmm")).toBeGreaterThan(textWidth("iii"));
    });

    it("holds no text that is markup", () => {
        fc.assert(
            fc.property(fc.string({ unit: fc.constantFrom("<", ">", "&", '"', "'", "a", "ü") }), (label) => {
                const image = drawBadge({ label, state: "unknown" });
                const plain = drawBadge({ label: "", state: "unknown" });

                expect(image.match(/[<>"]/g)).toHaveLength(plain.match(/[<>"]/g)?.length ?? 0);
                expect(image).not.toMatch(/&(?!#\d+;)/);
            }),
        );
    });
});
