import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { gitlab } from "../../../../../backend/cicd/adapters/webhooks/gitlab.ts";
import { AppError } from "../../../../../common/errors.ts";
import { gitlabRequest, webhookFixture } from "../../../../support/webhook-request.ts";

const secret = "gitlab-secret";
const now = new Date("2026-01-31T12:00:00Z");
const seconds = now.getTime() / 1000;
const body = Buffer.from("{}");
const zeros = "0".repeat(40);

function signed(key: string | Buffer, time: number | string, id = "m1", text = body): Record<string, string> {
    const digest = createHmac("sha256", key).update(`${id}.${time}.`).update(text).digest("base64");
    return { "webhook-id": id, "webhook-timestamp": String(time), "webhook-signature": `v1,${digest}` };
}

function verify(headers: Record<string, string | undefined>, key = secret): boolean {
    return gitlab.verify({ body, headers, secret: key, now });
}

function parse(fields: object, fixture = "gitlab/push") {
    return gitlab.parse(gitlabRequest("Push Hook", { ...webhookFixture(fixture), ...fields }, secret));
}

describe("GitLab's proof", () => {
    it.each([
        ["the right token", { "x-gitlab-token": secret }, true],
        ["no token", {}, false],
        ["an empty token", { "x-gitlab-token": "" }, false],
        ["a wrong token", { "x-gitlab-token": `${secret}x` }, false],
        ["a signature of now", signed(secret, seconds), true],
        ["a signature five minutes old", signed(secret, seconds - 300), true],
        ["a signature five minutes ahead", signed(secret, seconds + 300), true],
        ["an older signature", signed(secret, seconds - 301), false],
        ["a signature from the future", signed(secret, seconds + 301), false],
        ["a time that is no number", signed(secret, "now"), false],
        ["a signature with another key", signed("other", seconds), false],
        ["a signature of another delivery", { ...signed(secret, seconds), "webhook-id": "m2" }, false],
        ["a signature over other bytes", signed(secret, seconds, "m1", Buffer.from("{ }")), false],
        ["a signature without its id", { ...signed(secret, seconds), "webhook-id": undefined }, false],
    ])("with %s: %s", (_what, headers, right) => {
        expect(verify(headers)).toBe(right);
    });

    it("may be one of several signatures", () => {
        const headers = signed(secret, seconds);
        expect(verify({ ...headers, "webhook-signature": `v1,AAAA ${headers["webhook-signature"] ?? ""}` })).toBe(true);
    });

    it("may be made with the key inside a signing token", () => {
        const key = Buffer.from("0123456789abcdef0123456789abcdef");
        expect(verify(signed(key, seconds), `whsec_${key.toString("base64")}`)).toBe(true);
    });

    it("is refused for an empty secret", () => {
        expect(verify({ "x-gitlab-token": "" }, "")).toBe(false);
        expect(verify(signed("", seconds), "")).toBe(false);
    });

    it("is stored without the token", () => {
        expect(gitlab.signature({ "x-gitlab-token": secret })).toBe("***");
        expect(gitlab.secretHeaders).toContain("x-gitlab-token");
    });
});

describe("GitLab's delivery id", () => {
    it("is the idempotency key, which stays the same when it retries", () => {
        expect(gitlab.deliveryId({ "idempotency-key": "a", "x-gitlab-event-uuid": "b" })).toBe("a");
        expect(gitlab.deliveryId({ "x-gitlab-event-uuid": "b" })).toBe("b");
        expect(gitlab.deliveryId({})).toBeUndefined();
    });
});

describe("GitLab's bodies", () => {
    it("of a push tell ref, commit, message, author, files and addresses", () => {
        expect(parse({})).toMatchObject({
            kind: "push",
            eventType: "Push Hook",
            ref: { type: "branch", name: "master" },
            commit: "da1560886d4f094c3e6c9ef40349f7d38b5d27d7",
            before: "95790bf891e76fee5e1747ab589903a6a1f80f22",
            message: "fixed readme",
            author: "GitLab dev user",
            files: ["CHANGELOG", "app/controller/application.rb", "README.md", "docs/old.md"],
            mayBeForced: true,
        });
        expect(parse({}).repositoryUrls).toContain("git@gitlab.example.com:mike/diaspora.git");
    });

    it("of a tag name its commit, not the tag's own object", () => {
        expect(parse({}, "gitlab/tag")).toMatchObject({
            kind: "push",
            ref: { type: "tag", name: "v1.0.0" },
            commit: "da1560886d4f094c3e6c9ef40349f7d38b5d27d7",
            before: undefined,
        });
    });

    it.each([
        ["a deleted branch", { after: zeros, checkout_sha: null }],
        ["a ref that git does not allow", { ref: "refs/heads/a b" }],
        ["a merge request", webhookFixture("gitlab/merge-request")],
        ["an event of another kind", { object_kind: "pipeline" }],
    ])("are ignored for %s", (_what, fields) => {
        expect(parse(fields)).toMatchObject({ kind: "ignored" });
    });

    it("have no whole file list when commits were left out", () => {
        expect(parse({ total_commits_count: 21 })).toMatchObject({ kind: "push", files: undefined });
        expect(parse({ total_commits_count: undefined })).toMatchObject({ files: undefined });
    });

    it.each([{ ref: null }, { after: 1 }, { after: "main", checkout_sha: "main" }])(
        "cannot be read with %j",
        (fields) => {
            expect(() => parse(fields)).toThrow(AppError);
        },
    );
});
