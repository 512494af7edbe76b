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

    it("are a token alone, whatever else was given", () => {
        const credentials = { username: "me", token: "new", privateKey: "left over" };
        expect(merge({ credentials })).toEqual({ username: "me", token: "new" });
    });

    it("are without the blanks and line ends that were copied along", () => {
        expect(merge({ credentials: { username: " me ", token: "new\n" } })).toEqual({ username: "me", token: "new" });
    });

    it.each([
        ["token", { token: "a\nb" }],
        ["token", { token: "a\0b" }],
        ["token", { token: " \n" }],
        ["username", { username: "me\nhost=evil.example", token: "new" }],
    ])("are refused where %s cannot be one: %j", (field, credentials) => {
        expect(() => merge({ credentials })).toThrow(new RegExp(`^credentials.${field}: `));
    });
});

describe("the SSH key to use", () => {
    const url = "git@git.example:me/app.git";
    const keyed = {
        url,
        authType: "ssh_key",
        credentials: { privateKey: "private", passphrase: "open" },
    } as const;

    function mergeKey(given: Partial<Parameters<typeof mergeCredentials>[0]>) {
        return mergeCredentials({ url, authType: "ssh_key", ...given }, keyed);
    }

    it("is the given one, without a token that was left over, and without an empty passphrase", () => {
        const credentials = { privateKey: "new", passphrase: "", token: "left over" };
        expect(mergeKey({ credentials })).toEqual({ privateKey: "new" });
    });

    it.each([url, "ssh://git@git.example/other/app", "ssh://me@GIT.example:22/x.git"])(
        "is the stored one for %s on the same server",
        (address) => {
            expect(mergeKey({ url: address })).toEqual(keyed.credentials);
        },
    );

    it.each(["git@evil.example:me/app.git", "ssh://git@git.example:2222/me/app.git"])(
        "is never used for another server: %s",
        (address) => {
            expect(mergeKey({ url: address })).toBeUndefined();
        },
    );

    it("is to be made where none is given and none is stored, or null says so", () => {
        expect(mergeKey({ credentials: null })).toBeUndefined();
        expect(mergeCredentials({ url, authType: "ssh_key" }, stored)).toBeUndefined();
    });

    it("is missing where other credentials are given", () => {
        expect(() => mergeKey({ credentials: { token: "x" } })).toThrow(/^credentials.privateKey: is missing; paste/);
    });

    it("has no passphrase that no program can be given", () => {
        const credentials = { privateKey: "new", passphrase: "a\0b" };
        expect(() => mergeKey({ credentials })).toThrow(/^credentials.passphrase: /);
    });
});
