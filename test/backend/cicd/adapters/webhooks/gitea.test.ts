import { describe, expect, it } from "vitest";
import { gitea } from "../../../../../backend/cicd/adapters/webhooks/gitea.ts";
import { AppError } from "../../../../../common/errors.ts";
import { asForm, giteaRequest, hexHmac, webhookFixture } from "../../../../support/webhook-request.ts";

const secret = "gitea-secret";
const now = new Date();
const body = Buffer.from("{}");
const digest = hexHmac(secret, body);
const sha = "c2a6b03f190dfb2b4aa91f8af8d477a9bc3401dc";

function parse(fields: object, event = "push", fixture = "gitea/gitea-push") {
    return gitea.parse(giteaRequest("gitea", event, { ...webhookFixture(fixture), ...fields }, secret));
}

describe("Gitea's signature", () => {
    it.each([
        ["of Gitea", { "x-gitea-signature": digest }, true],
        ["of Forgejo", { "x-forgejo-signature": digest }, true],
        ["of Gogs", { "x-gogs-signature": digest }, true],
        ["of GitHub's kind", { "x-hub-signature-256": `sha256=${digest}` }, true],
        ["of none", {}, false],
        ["with GitHub's prefix in Gitea's header", { "x-gitea-signature": `sha256=${digest}` }, false],
        ["without prefix in GitHub's header", { "x-hub-signature-256": digest }, false],
        ["in upper case", { "x-gitea-signature": digest.toUpperCase() }, false],
        ["that is empty", { "x-gitea-signature": "", "x-hub-signature-256": "sha256=" }, false],
        ["truncated", { "x-gitea-signature": digest.slice(1) }, false],
        ["in a header of Bitbucket", { "x-hub-signature": `sha256=${digest}` }, false],
    ])("%s is right or wrong", (_what, headers, right) => {
        expect(gitea.verify({ body, headers, secret, now })).toBe(right);
        expect(gitea.verify({ body, headers, secret: "", now })).toBe(false);
    });

    it("is over the JSON in a form, where the form holds nothing else", () => {
        const request = asForm(giteaRequest("gitea", "push", webhookFixture("gitea/gitea-push"), secret));
        const withMore = Buffer.concat([request.body, Buffer.from("&payload={}")]);
        const broken = Buffer.concat([request.body, Buffer.from("%")]);

        expect(gitea.verify({ ...request, secret, now })).toBe(true);
        expect(gitea.verify({ ...request, body: withMore, secret, now })).toBe(false);
        expect(gitea.verify({ ...request, body: broken, secret, now })).toBe(false);
        const asJson = { ...request.headers, "content-type": "application/json" };
        expect(gitea.verify({ body: request.body, headers: asJson, secret, now })).toBe(false);
    });

    it("is stored as it came", () => {
        expect(gitea.signature({ "x-gogs-signature": "a", "x-hub-signature-256": "b" })).toBe("a");
        expect(gitea.signature({ "x-hub-signature-256": "b" })).toBe("b");
        expect(gitea.secretHeaders).toEqual([]);
    });
});

describe("Gitea's delivery id", () => {
    it.each([
        [{ "x-gitea-delivery": "a", "x-forgejo-delivery": "b", "x-gogs-delivery": "c", "x-github-delivery": "d" }, "a"],
        [{ "x-forgejo-delivery": "b", "x-gogs-delivery": "c" }, "b"],
        [{ "x-gogs-delivery": "c", "x-github-delivery": "d" }, "c"],
        [{ "x-github-delivery": "d" }, "d"],
        [{}, undefined],
    ])("of %j is %s", (headers, id) => {
        expect(gitea.deliveryId(headers)).toBe(id);
    });
});

describe("Gitea's bodies", () => {
    it("give the repository's addresses", () => {
        expect(parse({}).repositoryUrls).toEqual([
            "https://gitea.example.org/ada/notes.git",
            "ssh://git@gitea.example.org:2222/ada/notes.git",
            "https://gitea.example.org/ada/notes",
        ]);
    });

    it.each([
        ["the commits were cut", { total_commits: 6 }],
        ["it is not told how many there are", { total_commits: undefined }],
        ["there are none", { commits: [], total_commits: 0 }],
        ["a commit lists null", { commits: [{ id: sha, added: null, modified: [], removed: [] }], total_commits: 1 }],
    ])("have no whole file list where %s", (_what, fields) => {
        expect(parse(fields)).toMatchObject({ kind: "push", files: undefined });
    });

    it("do not tell whether the push was forced", () => {
        expect(parse({})).toMatchObject({ kind: "push", mayBeForced: true });
    });

    it("leave a tag's commit open where they do not name it", () => {
        expect(parse({ ref: "refs/tags/v1", head_commit: null })).toMatchObject({ kind: "push", commit: "" });
    });

    it.each([
        ["a ref that is no branch", { ref: "refs/pull/1/head" }],
        ["a ref that git does not allow", { ref: "refs/heads/a..b" }],
        ["a deletion", { after: "0".repeat(64) }],
    ])("are ignored for %s", (_what, fields) => {
        expect(parse(fields)).toMatchObject({ kind: "ignored" });
    });

    it.each([{ ref: 7 }, { after: "main" }, { ref: undefined }, { ref: "refs/tags/v1", head_commit: { id: "x" } }])(
        "cannot be read with %j",
        (fields) => {
            expect(() => parse(fields)).toThrow(AppError);
        },
    );

    it("of Gogs deploy a published release, but no draft and no other change of one", () => {
        const body = webhookFixture("gitea/gogs-release");
        const send = (payload: object) => gitea.parse(giteaRequest("gogs", "release", payload, secret));

        expect(send(body)).toMatchObject({ kind: "push", ref: { type: "tag", name: "v1.0.0" } });
        expect(send({ ...body, action: "deleted" })).toMatchObject({ kind: "ignored" });
        expect(send({ ...body, release: { tag_name: "v1", draft: true } })).toMatchObject({ kind: "ignored" });
        expect(send({ ...body, release: { tag_name: "--upload-pack=x" } })).toMatchObject({ kind: "ignored" });
    });
});
