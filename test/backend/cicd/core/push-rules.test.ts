import { describe, expect, it } from "vitest";
import { patternCost } from "../../../../backend/cicd/core/pattern-cost.ts";
import { touchesStack, whyPushIgnored, type PushRules } from "../../../../backend/cicd/core/push-rules.ts";
import type { PushEvent } from "../../../../backend/cicd/core/webhook-event.ts";

const rules: PushRules = {
    branch: "main",
    paths: [],
    autoDeployOnPush: true,
    autoDeployBranches: [],
    autoDeployTags: [],
};

const push: PushEvent = {
    kind: "push",
    ref: { type: "branch", name: "main" },
    commit: "a".repeat(40),
    before: "b".repeat(40),
    message: "Change",
};

const branch = (name: string): PushEvent => ({ ...push, ref: { type: "branch", name } });
const tag = (name: string): PushEvent => ({ ...push, ref: { type: "tag", name } });

describe("a push", () => {
    it("deploys on the repository's branch, and on no other", () => {
        expect(whyPushIgnored(push, rules)).toBeUndefined();
        expect(whyPushIgnored(branch("dev"), rules)).toBe("branch dev is not main");
        expect(whyPushIgnored(branch("Main"), rules)).toBeDefined();
    });

    it("deploys nothing where autoDeployOnPush is off", () => {
        expect(whyPushIgnored(push, { ...rules, autoDeployOnPush: false })).toMatch(/autoDeployOnPush/);
    });

    it.each([
        ["release/.*", "release/1.2", true],
        ["release/.*", "pre-release/1.2", false],
        ["main", "main2", false],
        ["main|dev", "dev", true],
        ["main|dev", "devel", false],
        ["^main$", "main", true],
        ["v\\d+\\.\\d+\\.\\d+(-.+)?", "v1.2.3-rc.1", true],
        ["(broken", "(broken", false],
        ["main", "main\nevil", false],
    ])("matches the rule %s against the whole of %j: %s", (rule, name, deploys) => {
        const reason = whyPushIgnored(branch(name), { ...rules, autoDeployBranches: [rule] });
        expect(reason === undefined).toBe(deploys);
    });

    it("deploys tags only by a rule, and never by a rule for branches", () => {
        expect(whyPushIgnored(tag("v1"), { ...rules, autoDeployBranches: [".*"] })).toMatch(/autoDeployTags/);
        expect(whyPushIgnored(tag("v1"), { ...rules, autoDeployTags: ["v.*"] })).toBeUndefined();
    });

    it.each(["[skip ci]", "[ci skip]", "[skip cd]", "[no deploy]", "[SKIP CI]"])("is left out by %s", (marker) => {
        expect(whyPushIgnored({ ...push, message: `Change\n\n${marker} now` }, rules)).toContain(marker);
    });

    it.each(["skip ci", "[skip  ci]", "[skip cd", "[do not skip ci]"])("is not left out by %s", (text) => {
        expect(whyPushIgnored({ ...push, message: text }, rules)).toBeUndefined();
    });

    it("is left out by paths only with a whole list of files and a known commit before", () => {
        const own: PushRules = { ...rules, paths: ["app/**"] };
        const files = ["docs/readme.md"];
        expect(whyPushIgnored({ ...push, files }, own)).toMatch(/app/);
        expect(whyPushIgnored({ ...push, files, before: undefined }, own)).toBeUndefined();
        expect(whyPushIgnored(push, own)).toBeUndefined();
    });

    it("is not held up by a rule that would take for ever", () => {
        const name = `${"a".repeat(250)}!`;
        for (const rule of [
            "(a+)+",
            "(a*)*b",
            "(a|a)*b",
            "(a|aa)+b",
            ".*.*.*.*.*.*b",
            "a?".repeat(40) + "a".repeat(40),
        ]) {
            const started = performance.now();
            expect(whyPushIgnored(branch(name), { ...rules, autoDeployBranches: [rule] })).toBeDefined();
            expect(performance.now() - started, rule).toBeLessThan(500);
        }
    });
});

describe("the cost of a pattern", () => {
    it.each([
        "main",
        "release/.*",
        "(feature|fix)/.+",
        "v\\d+\\.\\d+",
        "(release-)?\\d+",
        "[a+*]+",
        "(?:a|b)c*",
        "x{2}y{1,3}",
    ])("is small for %s", (pattern) => {
        expect(patternCost(pattern, 100)).toBeLessThan(100_000);
    });

    it.each(["(a+)+", "(a|b)*", "((a)b*)*", "(a?)+", "(?:x{1,2})*"])("is infinite for %s", (pattern) => {
        expect(patternCost(pattern, 10)).toBe(Infinity);
    });
});

describe("changed files", () => {
    it.each([
        [["a"], { paths: [] }, true],
        [[], { paths: [] }, false],
        [["a"], { paths: [], composePath: "compose.yaml" }, true],
        [["other/a"], { paths: [], composePath: "apps/web/compose.yaml" }, false],
        [["apps/web/src/a"], { paths: [], composePath: "apps/web/compose.yaml" }, true],
        [["apps/web2/a"], { paths: [], composePath: "apps/web/compose.yaml" }, false],
        [["app (1)/.env"], { paths: [], composePath: "app (1)/compose.yaml" }, true],
        [["web/.hidden"], { paths: ["web"] }, true],
        [["web/a"], { paths: ["./web/"] }, true],
        [["web/a"], { paths: ["/web"] }, true],
        [["web/a.md"], { paths: ["**/*.md"] }, true],
        [["web/a.md", "web/b.ts"], { paths: ["web", "!**/*.md"] }, true],
        [["web/a.md"], { paths: ["web", "!**/*.md"] }, false],
        [["web/a.md"], { paths: ["!**/*.md"] }, false],
        [["web/a.ts"], { paths: ["!**/*.md"] }, true],
    ])("%j touch a stack with %j: %s", (files, stack, touches) => {
        expect(touchesStack(files, stack)).toBe(touches);
    });
});

it("a submodule that holds what is watched touches the stack", () => {
    expect(touchesStack(["lib"], { paths: ["lib/src/**"] })).toBe(true);
    expect(touchesStack(["lib"], { paths: [], composePath: "lib/deploy/compose.yaml" })).toBe(true);
    expect(touchesStack(["library"], { paths: ["lib/src/**"] })).toBe(false);
});
