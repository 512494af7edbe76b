import { describe, expect, it } from "vitest";
import { github } from "../../../../../backend/cicd/adapters/webhooks/github.ts";
import { AppError } from "../../../../../common/errors.ts";
import { githubExamples, githubRequest } from "../../../../support/webhook-request.ts";

const now = new Date();
const zeros = "0".repeat(40);
const sha = "a".repeat(40);

function parse(event: string, payload: unknown) {
    return github.parse(githubRequest(event, payload, "secret"));
}

/** A push to main with one commit. */
function push(fields: object = {}) {
    return {
        ref: "refs/heads/main",
        before: "b".repeat(40),
        after: sha,
        head_commit: { id: sha, message: "Change", author: { name: "Ada", email: "ada@example.org" } },
        commits: [{ id: sha, added: ["a"], modified: ["b"], removed: ["c"] }],
        repository: { clone_url: "https://github.com/o/r.git", ssh_url: "git@github.com:o/r.git" },
        ...fields,
    };
}

describe("GitHub's signature", () => {
    const secret = "It's a Secret to Everybody";
    const body = Buffer.from("Hello, World!");
    const digest = "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";

    it("is right for the documented example", () => {
        expect(github.verify({ body, secret, now, headers: { "x-hub-signature-256": `sha256=${digest}` } })).toBe(true);
    });

    it.each([
        ["missing", undefined],
        ["empty", ""],
        ["without prefix", digest],
        ["in upper case", `sha256=${digest.toUpperCase()}`],
        ["truncated", `sha256=${digest.slice(0, -1)}`],
        ["of another algorithm", `sha1=${digest}`],
        ["sent twice", `sha256=${digest}, sha256=${digest}`],
        ["wrong", `sha256=${"0".repeat(64)}`],
    ])("is refused when it is %s", (_what, signature) => {
        expect(github.verify({ body, secret, now, headers: { "x-hub-signature-256": signature } })).toBe(false);
    });

    it("is refused over other bytes, and for an empty secret", () => {
        const headers = { "x-hub-signature-256": `sha256=${digest}` };
        expect(github.verify({ body: Buffer.from("Hello, World! "), secret, now, headers })).toBe(false);
        const empty = githubRequest("push", {}, "");
        expect(github.verify({ ...empty, secret: "", now })).toBe(false);
    });

    it("is not replaced by another provider's header", () => {
        const headers = { "x-gitlab-token": secret, authorization: `Bearer ${secret}` };
        expect(github.verify({ body, secret, now, headers })).toBe(false);
    });
});

describe("GitHub's bodies", () => {
    it("are all understood: only a push pushes, only a ping pings", () => {
        for (const { name, examples } of githubExamples()) {
            for (const example of examples) {
                const { kind, repositoryUrls } = parse(name, example);
                expect(kind === "ping", name).toBe(name === "ping");
                expect(kind === "push" && name !== "push", name).toBe(false);
                expect(Array.isArray(repositoryUrls)).toBe(true);
            }
        }
    });

    it("of a push tell ref, commit, message, author, files and addresses", () => {
        expect(parse("push", push())).toMatchObject({
            kind: "push",
            eventType: "push",
            ref: { type: "branch", name: "main" },
            commit: sha,
            before: "b".repeat(40),
            message: "Change",
            author: "Ada",
            files: ["a", "b", "c"],
            repositoryUrls: ["https://github.com/o/r.git", "git@github.com:o/r.git"],
        });
    });

    it("name the commit of an annotated tag, not the tag's own object", () => {
        const parsed = parse("push", push({ ref: "refs/tags/v1", after: "c".repeat(40) }));
        expect(parsed).toMatchObject({ ref: { type: "tag", name: "v1" }, commit: sha });
    });

    it.each([
        ["a deleted branch", { deleted: true, after: zeros, head_commit: null }],
        ["a deletion that only the hash tells", { after: zeros, head_commit: null }],
        ["a ref that is no branch", { ref: "refs/pull/1/head" }],
        ["a ref that git does not allow", { ref: "refs/heads/a..b" }],
        ["a ref with a shell character", { ref: "refs/heads/$(x)" }],
        ["an empty ref", { ref: "refs/heads/" }],
        ["an option as ref", { ref: "refs/heads/-x" }],
    ])("are ignored for %s", (_what, fields) => {
        expect(parse("push", push(fields))).toMatchObject({ kind: "ignored" });
    });

    it.each([
        ["no ref", { ref: undefined }],
        ["a ref of another type", { ref: 7 }],
        ["no hash", { after: undefined }],
        ["a hash that is none", { after: "--help" }],
    ])("cannot be read with %s", (_what, fields) => {
        expect(() => parse("push", push(fields))).toThrow(AppError);
    });

    it.each([
        ["a force-push", { forced: true }],
        ["twenty commits", { commits: Array.from({ length: 20 }, () => push().commits[0]) }],
        ["no commits", { commits: [] }],
        ["a commit without its list", { commits: [{ id: sha, added: [] }] }],
    ])("have no whole file list after %s", (_what, fields) => {
        expect(parse("push", push(fields))).toMatchObject({ kind: "push", files: undefined });
    });

    it("have no commit before them on a new branch", () => {
        expect(parse("push", push({ before: zeros }))).toMatchObject({ before: undefined });
    });

    it("may come as a form", () => {
        const body = Buffer.from(new URLSearchParams({ payload: JSON.stringify(push()) }).toString());
        const headers = { "content-type": "application/x-www-form-urlencoded", "x-github-event": "push" };
        expect(github.parse({ body, headers })).toMatchObject({ kind: "push", commit: sha });
        expect(() => github.parse({ body: Buffer.from("other=1"), headers })).toThrow(/payload/);
    });
});
