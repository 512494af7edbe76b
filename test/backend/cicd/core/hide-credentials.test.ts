import { describe, expect, it } from "vitest";
import { hideCredentials } from "../../../../backend/cicd/core/hide-credentials.ts";

describe("the credentials in an address", () => {
    it.each([
        ["https://gitlab-ci-token:t0ken@git.example/o/r.git", "https://***@git.example/o/r.git"],
        ["see HTTPS://t0ken@git.example and http://a:b@h/", "see HTTPS://***@git.example and http://***@h/"],
        ['{"url":"https://a:b@h/o"}', '{"url":"https://***@h/o"}'],
        ["https://git.example/@ada/r", "https://git.example/@ada/r"],
        ["git@git.example:o/r and ssh://git@h/o/r", "git@git.example:o/r and ssh://git@h/o/r"],
    ])("are hidden: %s", (text, hidden) => {
        expect(hideCredentials(text)).toBe(hidden);
    });

    it("are looked for in no more than a moment", () => {
        const startedAt = performance.now();
        hideCredentials("https://" + "a:".repeat(1_000_000));
        hideCredentials("https://".repeat(200_000));
        expect(performance.now() - startedAt).toBeLessThan(1000);
    });
});
