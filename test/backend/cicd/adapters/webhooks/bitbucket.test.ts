import { describe, expect, it } from "vitest";
import { bitbucket } from "../../../../../backend/cicd/adapters/webhooks/bitbucket.ts";
import { AppError } from "../../../../../common/errors.ts";
import { bitbucketRequest, hexHmac, webhookFixture } from "../../../../support/webhook-request.ts";

const secret = "bitbucket-secret";
const now = new Date();
const sha = "c2a6b03f190dfb2b4aa91f8af8d477a9bc3401dc";
const zeros = "0".repeat(40);

function parse(event: string, payload: unknown) {
    return bitbucket.parse(bitbucketRequest(event, payload, secret));
}

function cloud(...changes: readonly object[]) {
    return parse("repo:push", { push: { changes } });
}

function dataCenter(...changes: readonly object[]) {
    return parse("repo:refs_changed", { changes });
}

describe("Bitbucket's signature", () => {
    // The example of Atlassian's documentation.
    const documented = {
        body: Buffer.from("Hello World!"),
        secret: "It's a Secret to Everybody",
        digest: "a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9",
    };

    it("is right for the documented example", () => {
        const { body, digest } = documented;
        const headers = { "x-hub-signature": `sha256=${digest}` };
        expect(bitbucket.verify({ body, secret: documented.secret, now, headers })).toBe(true);
    });

    it.each([
        ["missing", undefined],
        ["empty", ""],
        ["without prefix", documented.digest],
        ["of another algorithm", `sha1=${documented.digest}`],
        ["in upper case", `sha256=${documented.digest.toUpperCase()}`],
        ["wrong", `sha256=${"0".repeat(64)}`],
    ])("is refused when it is %s", (_what, signature) => {
        const { body } = documented;
        const headers = { "x-hub-signature": signature };
        expect(bitbucket.verify({ body, secret: documented.secret, now, headers })).toBe(false);
    });

    it("is not GitHub's, and never right for an empty secret", () => {
        const body = Buffer.from("{}");
        const signature = `sha256=${hexHmac(secret, body)}`;
        expect(bitbucket.verify({ body, secret, now, headers: { "x-hub-signature-256": signature } })).toBe(false);
        const empty = { "x-hub-signature": `sha256=${hexHmac("", body)}` };
        expect(bitbucket.verify({ body, secret: "", now, headers: empty })).toBe(false);
    });
});

describe("Bitbucket's delivery id", () => {
    it.each([
        [{ "x-request-uuid": "a", "x-hook-uuid": "h", "x-request-id": "proxy" }, "a"],
        [{ "x-request-id": "b" }, "b"],
        [{ "x-hook-uuid": "h" }, undefined],
    ])("of %j is %s: never that of the subscription", (headers, id) => {
        expect(bitbucket.deliveryId(headers)).toBe(id);
    });
});

describe("Bitbucket's addresses", () => {
    it("are the page's of Cloud, those to clone from of Data Center, and none where the body has none", () => {
        expect(parse("repo:push", webhookFixture("bitbucket/cloud-push")).repositoryUrls).toEqual([
            "https://bitbucket.org/engine/notes",
        ]);
        expect(parse("repo:refs_changed", webhookFixture("bitbucket/data-center-push")).repositoryUrls).toEqual([
            "ssh://git@bitbucket.example.org:7999/eng/notes.git",
            "https://bitbucket.example.org/scm/eng/notes.git",
        ]);
        expect(parse("repo:refs_changed", webhookFixture("bitbucket/data-center-5-push")).repositoryUrls).toEqual([]);
    });
});

describe("Bitbucket Cloud's changes", () => {
    const target = { hash: sha, message: "Change", author: { raw: "Ada <ada@example.org>" } };

    it.each([
        ["a branch", { new: { type: "branch", name: "main", target } }, { kind: "push", commit: sha, author: "Ada" }],
        ["a deletion", { new: null, old: { target } }, { kind: "ignored" }],
        ["a deletion that leaves the field out", { closed: true }, { kind: "ignored" }],
        ["Mercurial's bookmark", { new: { type: "bookmark", name: "x", target } }, { kind: "ignored" }],
        ["a name that git does not allow", { new: { type: "tag", name: "a b", target } }, { kind: "ignored" }],
        [
            "an author without address",
            { new: { type: "tag", name: "v", target: { hash: sha } } },
            { author: undefined },
        ],
    ])("of %s", (_what, change, meaning) => {
        expect(cloud(change)).toMatchObject(meaning);
    });

    it("may be none", () => {
        expect(cloud()).toMatchObject({ kind: "pushes", refs: [] });
    });

    it.each([
        ["an abbreviated hash", { new: { type: "branch", name: "main", target: { hash: "abc1234" } } }],
        ["no target", { new: { type: "branch", name: "main" } }],
        ["no name", { new: { type: "branch", target } }],
    ])("cannot be read with %s", (_what, change) => {
        expect(() => cloud(change)).toThrow(AppError);
    });
});

describe("Bitbucket Data Center's changes", () => {
    const update = { ref: { id: "refs/heads/main" }, fromHash: "b".repeat(40), toHash: sha, type: "UPDATE" };

    it.each([
        ["a branch", update, { kind: "push", commit: sha, before: "b".repeat(40) }],
        ["a new branch", { ...update, fromHash: zeros, type: "ADD" }, { kind: "push", before: undefined }],
        ["a deletion", { ...update, type: "DELETE" }, { kind: "ignored" }],
        ["a deletion that only the hash tells", { ...update, toHash: zeros }, { kind: "ignored" }],
        ["a ref that is no branch", { ...update, ref: { id: "refs/pull-requests/1/from" } }, { kind: "ignored" }],
        ["a tag whose commit is not told", { ...update, ref: { id: "refs/tags/v1" } }, { kind: "push", commit: "" }],
    ])("of %s", (_what, change, meaning) => {
        expect(dataCenter(change)).toMatchObject(meaning);
    });

    it.each([
        ["no changes", { changes: undefined }],
        ["a hash that is none", { changes: [{ ...update, toHash: "main" }] }],
        ["no ref", { changes: [{ ...update, ref: undefined }] }],
    ])("cannot be read with %s", (_what, payload) => {
        expect(() => parse("repo:refs_changed", payload)).toThrow(AppError);
    });
});

describe("Bitbucket's other events", () => {
    it("are named by the header, else by the body", () => {
        const body = Buffer.from(JSON.stringify({ eventKey: "pr:merged" }));
        expect(bitbucket.parse({ body, headers: {} })).toMatchObject({ kind: "ignored", eventType: "pr:merged" });
        expect(bitbucket.parse({ body, headers: { "x-event-key": "diagnostics:ping" } })).toMatchObject({
            kind: "ping",
        });
    });

    it("say that only pushes deploy", () => {
        expect(parse("repo:fork", {})).toMatchObject({ reason: "only pushes deploy (event repo:fork)" });
    });
});
