import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { applyChange } from "../../../../frontend/src/model/stack-lists.ts";
import { stackListChange } from "../../../../backend/host/services/stack-list-change.ts";
import type { StackSummary } from "../../../../common/schema/stack.ts";

function stack(name: string, rest: Partial<StackSummary> = {}): StackSummary {
    return {
        name,
        status: 3,
        tags: [],
        isManagedByDockge: true,
        composeFileName: "compose.yaml",
        endpoint: "",
        ...rest,
    };
}

const summary = fc.record({
    status: fc.integer({ min: 0, max: 4 }),
    deploymentStatus: fc.option(fc.constantFrom("building", "successful", "failed"), { nil: undefined }),
    elsewhere: fc.option(
        fc.record({ machines: fc.array(fc.string()), alsoHere: fc.boolean() }, { noNullPrototype: true }),
        { nil: undefined },
    ),
});
const list = fc.dictionary(fc.stringMatching(/^[a-e]{1,2}$/), summary).map((entries) =>
    Object.fromEntries(
        Object.entries(entries).map(([name, { status, deploymentStatus, elsewhere }]) => {
            const optional = {
                ...(deploymentStatus === undefined ? {} : { deploymentStatus }),
                ...(elsewhere === undefined ? {} : { elsewhere }),
            };
            return [name, stack(name, { status, ...optional })];
        }),
    ),
);

describe("the difference of two stack lists", () => {
    it("turns the one into the other, whatever they hold", () => {
        fc.assert(
            fc.property(list, list, (from, to) => {
                const change = stackListChange(from, to);
                expect(change === undefined ? from : applyChange(from, change)).toEqual(to);
            }),
        );
    });

    it("is none between lists that say the same", () => {
        fc.assert(
            fc.property(list, (one) => {
                expect(stackListChange(one, structuredClone(one))).toBeUndefined();
            }),
        );
    });

    it("names what changed alone", () => {
        const from = { shop: stack("shop"), blog: stack("blog"), old: stack("old") };
        const to = {
            shop: stack("shop"),
            blog: stack("blog", { deploymentStatus: "building" }),
            fresh: stack("fresh"),
        };

        expect(stackListChange(from, to)).toEqual({
            changed: { blog: to.blog, fresh: to.fresh },
            removed: ["old"],
        });
    });
});
