import { describe, expect, it } from "vitest";
import { mergeCredentials } from "../../../../backend/cicd/services/merge-credentials.ts";

const stored = {
    url: "https://git.example/me/app.git",
    authType: "http_token",
    credentials: { token: "old" },
} as const;

function merge(given: Partial<Parameters<typeof mergeCredentials>[0]>, from: typeof stored | undefined = stored) {
    return mergeCredentials({ url: stored.url, authType: "http_token", ...given }, from);
}

describe("the credentials to use", () => {
    it("are those that are given", () => {
        expect(merge({ credentials: { token: "new" } })).toEqual({ token: "new" });
    });

    it.each(["https://git.example/me/app.git", "https://git.example/me/other.git", "https://GIT.example/x"])(
        "are the stored ones for %s on the same server",
        (url) => {
            expect(merge({ url })).toEqual({ token: "old" });
        },
    );

    it.each([
        "https://evil.example/me/app.git",
        "http://git.example/me/app.git",
        "https://git.example:8443/me/app.git",
        "https://git.example.evil/me/app.git",
    ])("are never sent to another server: %s", (url) => {
        expect(() => merge({ url })).toThrow(/^credentials.token: is missing/);
    });

    it("are kept when a server moves to https", () => {
        const plain = { ...stored, url: "http://git.example/me/app.git" };
        const given = { url: "https://git.example/me/app.git", authType: "http_token" as const };
        expect(mergeCredentials(given, plain)).toEqual({ token: "old" });
    });

    it("are none for null, which http_token cannot do without", () => {
        expect(() => merge({ credentials: null })).toThrow(/credentials.token: is missing; give a token/);
        expect(merge({ credentials: null, authType: "none" })).toBeUndefined();
    });

    it("are none for an open repository, whatever is stored", () => {
        expect(merge({ authType: "none" })).toBeUndefined();
    });

    it("are no keys yet", () => {
        expect(() => merge({ authType: "ssh_key" })).toThrow(/ssh_key comes with a later version; use http_token/);
    });

    it("cannot be a token for an ssh address", () => {
        expect(() => merge({ url: "git@git.example:me/app.git", credentials: { token: "x" } })).toThrow(/^authType: /);
    });
});
