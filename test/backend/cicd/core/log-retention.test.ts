import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type KeptLog, logsToRemove } from "../../../../backend/cicd/core/log-retention.ts";

const now = new Date("2026-06-01T00:00:00.000Z");
const rules = { perStack: 3, days: 90, mostBytes: 1000 };

function log(days: number, fields: Partial<KeptLog> = {}): KeptLog {
    const createdAt = new Date(now.getTime() - days * 24 * 3600_000).toISOString();
    return { id: `d${days}`, stack: "web", createdAt, bytes: 10, isNeeded: false, ...fields };
}

const gone = (logs: readonly KeptLog[]): readonly string[] =>
    logsToRemove(logs, now, rules)
        .map(({ id }) => id)
        .sort();

describe("the logs that may go", () => {
    it("are those beyond the newest of their stack that are old as well", () => {
        expect(gone([log(1), log(2), log(3), log(80), log(91), log(200)])).toEqual(["d200", "d91"]);
        expect(gone([log(100), log(101), log(102)])).toEqual([]);
        expect(gone([log(100), log(101), log(102), log(103, { stack: "other" })])).toEqual([]);
    });

    it("are the oldest where all together are too large, of whatever stack", () => {
        const large = { bytes: 400 };
        expect(gone([log(5, large), log(6, { ...large, stack: "b" }), log(7, large)])).toEqual(["d7"]);
    });

    it("are never those that are needed, or of today", () => {
        const large = { bytes: 2000 };
        expect(gone([log(0.5, large), log(400, { ...large, isNeeded: true })])).toEqual([]);
    });

    it("leave what is needed, the newest of each stack unless there is no room, and fit then", () => {
        const one = fc.record({
            days: fc.integer({ min: 0, max: 400 }),
            stack: fc.constantFrom("a", "b"),
            bytes: fc.integer({ min: 0, max: 400 }),
            isNeeded: fc.boolean(),
        });
        fc.assert(
            fc.property(fc.array(one, { maxLength: 30 }), (given) => {
                const logs = given.map(({ days, ...fields }, index) => log(days, { ...fields, id: `d${index}` }));
                const removed = new Set(logsToRemove(logs, now, rules));
                expect([...removed].filter(({ isNeeded }) => isNeeded)).toEqual([]);
                const kept = logs.filter((one) => !removed.has(one));
                const bytes = kept.reduce((sum, one) => sum + one.bytes, 0);
                const mustStay = kept.every(
                    (one) => one.isNeeded || Date.parse(one.createdAt) >= now.getTime() - 24 * 3600_000,
                );
                expect(bytes <= rules.mostBytes || mustStay).toBe(true);
                if (logs.reduce((sum, one) => sum + one.bytes, 0) <= rules.mostBytes) {
                    const young = logs.filter(
                        ({ createdAt }) => Date.parse(createdAt) >= now.getTime() - 90 * 24 * 3600_000,
                    );
                    expect(young.filter((one) => removed.has(one))).toEqual([]);
                }
            }),
        );
    });
});
