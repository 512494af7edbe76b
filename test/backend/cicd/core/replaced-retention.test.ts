import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ReplacedFiles, replacedToRemove } from "../../../../backend/cicd/core/replaced-retention.ts";

const now = new Date("2026-06-01T00:00:00.000Z");

function replaced(days: number, fields: Partial<ReplacedFiles> = {}): ReplacedFiles {
    const createdAt = new Date(now.getTime() - days * 24 * 3600_000).toISOString();
    return { deploymentId: `d${days}`, createdAt, isActive: false, isKept: false, ...fields };
}

const gone = (all: readonly ReplacedFiles[], keep = 0): readonly string[] =>
    replacedToRemove(all, keep, now).map(({ deploymentId }) => deploymentId);

describe("copies of replaced files that may go", () => {
    it("are older than a month, and beyond the newest that are kept", () => {
        expect(gone([replaced(20), replaced(31), replaced(40), replaced(100)])).toEqual(["d31", "d40", "d100"]);
        expect(gone([replaced(31), replaced(40), replaced(100)], 2)).toEqual(["d100"]);
    });

    it("are not what lay there before git, for three months", () => {
        expect(gone([replaced(31), replaced(80)])).toEqual(["d31"]);
        expect(gone([replaced(31), replaced(91)])).toEqual(["d31", "d91"]);
    });

    it("are never those of a deployment that is active, or whose release is kept", () => {
        const one = fc.record({ days: fc.integer({ min: 0, max: 400 }), isActive: fc.boolean(), isKept: fc.boolean() });
        fc.assert(
            fc.property(fc.array(one), fc.integer({ min: 0, max: 5 }), (given, keep) => {
                const all = given.map(({ days, ...fields }, index) =>
                    replaced(days, { ...fields, deploymentId: `d${index}` }),
                );
                const removed = replacedToRemove(all, keep, now);
                expect(removed.filter(({ isActive, isKept }) => isActive || isKept)).toEqual([]);
                expect(
                    removed.every(({ createdAt }) => Date.parse(createdAt) < now.getTime() - 30 * 24 * 3600_000),
                ).toBe(true);
                expect(removed.length).toBeLessThanOrEqual(Math.max(0, all.length - keep));
            }),
        );
    });
});
