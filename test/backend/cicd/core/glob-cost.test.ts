import { describe, expect, it } from "vitest";
import { isGlobTooCostly } from "../../../../backend/cicd/core/glob-cost.ts";
import { touchesStack } from "../../../../backend/cicd/core/push-rules.ts";

describe("a path that would take long to match", () => {
    it.each([
        ["*a*a*a*a*b", "a".repeat(255)],
        ["!*a*a*a*a*b", "a".repeat(255)],
        ["**/a/**/a/**/a/**/b", "a/".repeat(500)],
    ])("counts as one of the stack's at once: %s", (glob, path) => {
        const startedAt = performance.now();

        expect(touchesStack([path], { paths: [glob], composePath: null })).toBe(true);
        expect(performance.now() - startedAt).toBeLessThan(1000);
    });

    it.each([
        ["**/src/**/*.{ts,tsx}", "apps/shop/backend/src/services/receive/a-rather-long-name-of-a-file.test.ts"],
        ["app/*-*-*.yml", "app/one-two-three.yml"],
        ["docs/**", "docs/".repeat(50)],
    ])("is none of those that people have: %s", (glob, path) => {
        expect(isGlobTooCostly(glob, path)).toBe(false);
    });
});
