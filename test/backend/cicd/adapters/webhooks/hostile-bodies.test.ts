import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { webhookProviders } from "../../../../../backend/cicd/adapters/webhooks/index.ts";
import type { RefEvent, WebhookHeaders, WebhookProvider } from "../../../../../backend/cicd/core/webhook-event.ts";
import { AppError } from "../../../../../common/errors.ts";
import { whyNotARef } from "../../../../../common/schema/git-ref.ts";

const providers = [...webhookProviders.values()];
const pushHeaders = {
    "x-github-event": "push",
    "x-gitlab-event": "Push Hook",
    "x-gitea-event": "push",
    "x-event-key": "repo:push",
};

/** Parses; an AppError counts as an answer, anything else that is thrown does not. */
function parse(provider: WebhookProvider, body: Uint8Array, headers: WebhookHeaders = {}) {
    try {
        return provider.parse({ body, headers: { ...pushHeaders, ...headers } });
    } catch (error) {
        if (!(error instanceof AppError) || error.code !== "invalid") {
            throw error;
        }
        return undefined;
    }
}

const hash = fc.oneof(fc.constantFrom("0".repeat(40), "a".repeat(40), "a".repeat(64), "", "main", "-x"), fc.string());
const ref = fc.oneof(
    fc.string({ unit: "binary" }).map((name) => `refs/heads/${name}`),
    fc.string().map((name) => `refs/tags/${name}`),
    fc.anything(),
);
const commit = fc.record(
    {
        id: hash,
        message: fc.anything(),
        author: fc.anything(),
        added: fc.anything(),
        modified: fc.array(fc.string()),
        removed: fc.array(fc.string()),
    },
    { requiredKeys: [] },
);
const cloudRef = fc.record(
    {
        type: fc.constantFrom("branch", "tag", "bookmark"),
        name: fc.oneof(ref, fc.string()),
        target: fc.oneof(fc.record({ hash, message: fc.anything(), author: fc.anything() }), fc.anything()),
    },
    { requiredKeys: ["type"] },
);
const cloudChange = fc.record(
    { new: fc.oneof(cloudRef, fc.anything()), old: fc.oneof(cloudRef, fc.anything()) },
    { requiredKeys: [] },
);
const dataCenterChange = fc.record(
    { ref: fc.record({ id: ref }), fromHash: hash, toHash: hash, type: fc.constantFrom("ADD", "UPDATE", "DELETE") },
    { requiredKeys: ["ref"] },
);
/** Bodies that look like a push and are wrong somewhere. */
const almostPush = fc.record(
    {
        object_kind: fc.constantFrom("push", "tag_push", "merge_request", 7),
        ref,
        before: fc.oneof(hash, fc.anything()),
        after: fc.oneof(hash, fc.anything()),
        checkout_sha: fc.oneof(hash, fc.constant(null)),
        deleted: fc.anything(),
        forced: fc.anything(),
        branch: ref,
        tag: ref,
        commit: fc.oneof(hash, fc.anything()),
        head_commit: fc.oneof(commit, fc.anything()),
        commits: fc.oneof(fc.array(commit), fc.anything()),
        total_commits_count: fc.anything(),
        total_commits: fc.anything(),
        repository: fc.anything(),
        project: fc.anything(),
        push: fc.oneof(fc.record({ changes: fc.array(cloudChange) }), fc.anything()),
        changes: fc.oneof(fc.array(dataCenterChange), fc.anything()),
        toCommit: fc.oneof(commit, fc.anything()),
        ref_type: fc.constantFrom("tag", "branch", 7),
        release: fc.oneof(fc.record({ tag_name: ref, draft: fc.anything() }), fc.anything()),
        action: fc.constantFrom("published", "deleted", 7),
    },
    { requiredKeys: [] },
);
const otherHeaders = fc.constantFrom(
    {},
    { "x-event-key": "repo:refs_changed" },
    { "x-gitea-event": undefined, "x-gogs-event": "push" },
    { "x-gitea-event": undefined, "x-gogs-event": "create" },
    { "x-gitea-event": undefined, "x-gogs-event": "release" },
);

function refsOf(parsed: ReturnType<typeof parse>): readonly RefEvent[] {
    if (parsed === undefined || parsed.kind === "ping") {
        return [];
    }
    return parsed.kind === "pushes" ? parsed.refs : [parsed];
}

describe.each(providers.map((provider) => [provider.id, provider] as const))("%s", (_id, provider) => {
    it("answers or refuses any bytes", () => {
        fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void parse(provider, bytes)));
    });

    it("answers or refuses any JSON", () => {
        fc.assert(fc.property(fc.json(), (text) => void parse(provider, Buffer.from(text))));
    });

    it("hands on only refs that git allows and hashes that are hashes", () => {
        fc.assert(
            fc.property(almostPush, otherHeaders, (body, headers) => {
                const parsed = parse(provider, Buffer.from(JSON.stringify(body)), headers);
                for (const event of refsOf(parsed).filter((one) => one.kind === "push")) {
                    expect(event.ref.name === "" || whyNotARef(event.ref.name) === undefined).toBe(true);
                    expect(event.commit).toMatch(/^([0-9a-f]{7,64})?$/);
                    expect(event.files?.every((file) => typeof file === "string") ?? true).toBe(true);
                }
            }),
        );
    });

    it.each([
        ["invalid UTF-8", Buffer.from([0x7b, 0xff, 0xfe, 0x7d])],
        ["text", Buffer.from("hello")],
        ["a form", Buffer.from("payload=%7B%7D")],
        ["compressed JSON", gzipSync("{}")],
        ["half of an object", Buffer.from('{"ref": "refs/heads/main"')],
        ["brackets 200 000 deep", Buffer.from("[".repeat(200_000))],
        ["an object 10 000 deep", Buffer.from(`${'{"a":'.repeat(10_000)}1${"}".repeat(10_000)}`)],
        ["two million objects", Buffer.from(`{"x": [${"{},".repeat(2_000_000)}{}]}`)],
        ["two million numbers", Buffer.from(`[${"1,".repeat(2_000_000)}1]`)],
        ["a prototype", Buffer.from('{"__proto__": {"x": 1}}')],
        ["a prototype in disguise", Buffer.from('{"\\u005f_proto__": {"x": 1}}')],
        ["an array", Buffer.from("[]")],
        ["a number", Buffer.from("1")],
    ])("refuses %s", (_what, body) => {
        expect(() => provider.parse({ body, headers: pushHeaders })).toThrow(AppError);
    });

    it("reads a body with a byte order mark", () => {
        const text = JSON.stringify({ object_kind: "merge_request", ref: "refs/heads/a b", after: "a".repeat(40) });
        const headers = { "x-event-key": "pr:opened" };
        expect(parse(provider, Buffer.from(`\uFEFF${text}`), headers)?.kind).toBe("ignored");
    });

    it("refuses an empty body, unless it needs none", () => {
        expect(parse(provider, Buffer.alloc(0)) === undefined).toBe(provider.id !== "generic");
    });
});
