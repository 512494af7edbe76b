import { describe, expect, it } from "vitest";
import { applyRules } from "../../../../backend/cicd/pipeline/apply-rules.ts";
import type { RunContext } from "../../../../backend/cicd/pipeline/run-context.ts";

const push: RunContext = { branch: "main", trigger: "webhook", changedPaths: ["src/a.ts"] };

describe("rules", () => {
    it.each([
        ["no rules", undefined, push, true],
        ["all that a rule names fits", [{ branch: "main", path: "src", trigger: "webhook" as const }], push, true],
        ["one of it does not", [{ branch: "main", path: "docs" }], push, false],
        ["a branch, for a tag", [{ branch: "*" }], { tag: "v1", trigger: "webhook" as const }, false],
        ["a tag, for a tag", [{ tag: "v*" }], { tag: "v1", trigger: "webhook" as const }, true],
        ["a tag, for a branch", [{ tag: "*" }], push, false],
        ["a path, where nobody knows what changed", [{ path: "docs" }], { ...push, changedPaths: undefined }, true],
        ["a path, where nothing changed", [{ path: "**" }], { ...push, changedPaths: [] }, false],
        ["an empty rule", [{}], push, true],
        ["never before always", [{ when: "never" as const }, { when: "always" as const }], push, false],
    ])("%s", (_, rules, context, runs) => {
        expect(applyRules({ rules }, context) !== undefined).toBe(runs);
    });

    it("gives the job the rule's own words, and a manual job leave to fail", () => {
        const rules = [{ branch: "main", when: "manual" as const, variables: { A: "1" } }];

        expect(applyRules({ rules }, push)).toEqual({ when: "manual", allowFailure: true, variables: { A: "1" } });
        expect(applyRules({ rules, allow_failure: false }, push)).toMatchObject({ allowFailure: false });
        expect(applyRules({ when: "always" }, push)).toMatchObject({ when: "always", allowFailure: false });
    });
});
