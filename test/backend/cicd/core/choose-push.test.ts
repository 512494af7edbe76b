import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { choosePush } from "../../../../backend/cicd/core/choose-push.ts";
import type { PushRules } from "../../../../backend/cicd/core/push-rules.ts";
import type { RefEvent } from "../../../../backend/cicd/core/webhook-event.ts";

const rules: PushRules = {
    branch: "main",
    paths: [],
    autoDeployOnPush: true,
    autoDeployBranches: ["main", "dev"],
    autoDeployTags: ["v.*"],
};

function branch(name: string, message?: string): RefEvent {
    return { kind: "push", ref: { type: "branch", name }, commit: "a".repeat(40), message };
}

const tag: RefEvent = { kind: "push", ref: { type: "tag", name: "v1" }, commit: "" };
const deleted: RefEvent = { kind: "ignored", reason: "it was deleted" };

describe("a push of several refs", () => {
    it.each([
        ["the one that the rules allow", [branch("other"), deleted, branch("dev")], "dev", undefined],
        ["the stack's own branch", [branch("main"), branch("dev"), tag], "main", /of 3 refs .* main was taken/],
        ["the last where it is not among them", [branch("dev"), tag], "v1", /of 2 refs .* v1 was taken/],
        ["another where its own is to be skipped", [branch("main", "[skip ci]"), branch("dev")], "dev", undefined],
    ])("deploys %s", (_what, refs, name, reason) => {
        const chosen = choosePush(refs, rules);

        expect(chosen.push?.ref.name).toBe(name);
        expect(chosen.reason ?? "").toMatch(reason ?? /^$/);
    });

    it.each([
        ["no ref", [], "the push changed no branch and no tag"],
        ["one", [deleted], "it was deleted"],
        ["the same twice", [deleted, deleted], "it was deleted"],
        ["several", [deleted, branch("a")], "it was deleted; branch a matches no rule of autoDeployBranches"],
    ])("says why it is ignored, for %s", (_what, refs, reason) => {
        expect(choosePush(refs, rules)).toEqual({ push: undefined, reason });
    });

    it("names only the first of many reasons", () => {
        const { reason } = choosePush(
            Array.from({ length: 500 }, (_, index) => branch(`b${index}`)),
            rules,
        );

        expect(reason).toMatch(/b0 .*b2 .*; and 497 more reasons$/);
    });

    it("deploys the same whatever the order, where the stack's own branch is among them", () => {
        fc.assert(
            fc.property(fc.shuffledSubarray([branch("dev"), branch("x"), tag, deleted]), fc.nat(4), (refs, at) => {
                const all = [...refs.slice(0, at), branch("main"), ...refs.slice(at)];
                expect(choosePush(all, rules).push?.ref.name).toBe("main");
            }),
        );
    });
});
