import { describe, expect, it } from "vitest";
import { gitFailure } from "../../../../../backend/cicd/adapters/git/failures.ts";

it.each([
    "fatal: write error: No space left on device",
    "fatal: sha1 file '/data/index.lock' write error. Out of diskspace",
    "error: unable to write file f0",
    "fatal: unable to write loose file",
])("git without room on the disk says that it is full: %s", (words) => {
    expect(gitFailure(words)).toMatchObject({ code: "unavailable", details: { errorCode: "disk_full" } });
});

const access = "fatal: unable to access 'http://h/error: 404/SSL/x.git/': The requested URL returned error:";

describe("a refusal by the server says what it is", () => {
    it.each([
        [
            "with a token, 401",
            "fatal: Authentication failed for 'http://h/x.git/'",
            true,
            "unauthorized",
            /expired or revoked/,
        ],
        ["with a token, 403", `${access} 403`, true, "unauthorized", /no right to read/],
        ["with a token, 404", "fatal: repository 'http://h/x.git/' not found", true, "invalid", /token may not see it/],
        [
            "without, 401",
            "fatal: could not read Username for 'http://h': terminal prompts disabled",
            false,
            "unauthorized",
            /private, or does not exist; give a token/,
        ],
        ["without, 403", `${access} 403`, false, "unauthorized", /give a token/],
        ["without, 404", "fatal: repository 'http://h/x.git/' not found", false, "invalid", /or it is private/],
        ["429", `${access} 429`, true, "unavailable", /too many requests/],
        ["500", `${access} 500`, true, "unavailable", /problem of its own/],
        ["503", `${access} 503`, false, "unavailable", /problem of its own/],
        ["redirect", `${access} 301`, false, "invalid", /redirects/],
    ])("%s", (_what, words, tokenGiven, code, message) => {
        const failure = gitFailure(words, tokenGiven);
        expect(failure.code).toBe(code);
        expect(failure.message).toMatch(message);
    });
});
