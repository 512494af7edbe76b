import { createHmac } from "node:crypto";
import { z } from "zod";
import { isEqualInConstantTime } from "../../../platform/crypto/constant-time.ts";
import type { RefEvent, WebhookHeaders, WebhookProvider } from "../../core/webhook-event.ts";
import { ignoredEvent } from "./ignored-event.ts";
import {
    allFiles,
    CommitFiles,
    deletionIgnored,
    isNoCommit,
    looseText,
    readBefore,
    readCommit,
    readRef,
    texts,
} from "./push.ts";
import { readJson, readShape, readText } from "./read-body.ts";

const toleranceSeconds = 300;

const Addresses = z.object({
    git_http_url: looseText,
    git_ssh_url: looseText,
    http_url: looseText,
    ssh_url: looseText,
    web_url: looseText,
    homepage: looseText,
    url: looseText,
});
type Addresses = z.infer<typeof Addresses>;

const Body = z.object({
    object_kind: looseText,
    event_name: looseText,
    project: Addresses.optional().catch(undefined),
    repository: Addresses.optional().catch(undefined),
});

const Commit = CommitFiles.extend({
    id: looseText,
    message: looseText,
    author: z.object({ name: looseText }).optional().catch(undefined),
});

const Push = z.object({
    ref: z.string(),
    before: looseText,
    after: z.string(),
    checkout_sha: z.string().nullish(),
    commits: z.array(Commit).optional().catch(undefined),
    total_commits_count: z.int().optional().catch(undefined),
});
type Push = z.infer<typeof Push>;

export const gitlab: WebhookProvider = {
    id: "gitlab",
    secretHeaders: ["x-gitlab-token"],
    verify: ({ body, headers, secret, now }) =>
        secret !== "" && (hasToken(headers, secret) || isSigned(body, headers, secret, now)),
    deliveryId: (headers) => headers["idempotency-key"] ?? headers["x-gitlab-event-uuid"],
    signature: (headers) =>
        headers["webhook-signature"] ?? (headers["x-gitlab-token"] === undefined ? undefined : "***"),
    parse({ body, headers }) {
        const sent = readText(body);
        const payload = readJson(sent);
        const { project, repository, object_kind: kind, event_name: name } = readShape(Body, payload);
        const eventType = headers["x-gitlab-event"] ?? kind ?? name ?? "unknown";
        const repositoryUrls = [...new Set([...addresses(project), ...addresses(repository)])];
        return { eventType, repositoryUrls, payload, sent, ...readEvent(kind ?? name, eventType, payload) };
    },
};

function hasToken(headers: WebhookHeaders, secret: string): boolean {
    const token = headers["x-gitlab-token"];
    return token !== undefined && isEqualInConstantTime(token, secret);
}

/** The signing token: an HMAC over delivery, time and body, one of several where the token is being changed. */
function isSigned(body: Uint8Array, headers: WebhookHeaders, secret: string, now: Date): boolean {
    const { "webhook-id": id, "webhook-timestamp": time, "webhook-signature": signatures } = headers;
    if (id === undefined || time === undefined || signatures === undefined || !isRecent(time, now)) {
        return false;
    }
    const signed = Buffer.concat([Buffer.from(`${id}.${time}.`), body]);
    const expected = signingKeys(secret).map(
        (key) => `v1,${createHmac("sha256", key).update(signed).digest("base64")}`,
    );
    const given = signatures.split(" ");
    return expected.some((signature) => given.some((one) => isEqualInConstantTime(one, signature)));
}

function isRecent(time: string, now: Date): boolean {
    return /^\d{1,12}$/.test(time) && Math.abs(Number(time) - now.getTime() / 1000) <= toleranceSeconds;
}

/** A token as GitLab makes it carries its key in base64 after a prefix. */
function signingKeys(secret: string): readonly (string | Buffer)[] {
    const encoded = /^whsec_(.+)$/.exec(secret)?.[1];
    return encoded === undefined ? [secret] : [secret, Buffer.from(encoded, "base64")];
}

function addresses(given: Addresses | undefined): readonly string[] {
    return texts([
        given?.git_http_url,
        given?.git_ssh_url,
        given?.http_url,
        given?.ssh_url,
        given?.web_url,
        given?.homepage,
        given?.url,
    ]);
}

function readEvent(kind: string | undefined, eventType: string, payload: unknown): RefEvent {
    return kind === "push" || kind === "tag_push" ? readPush(readShape(Push, payload)) : ignoredEvent(eventType);
}

function readPush(push: Push): RefEvent {
    const meaning = readRef(push.ref);
    if (meaning.kind === "ignored") {
        return meaning;
    }
    if (isNoCommit(push.after)) {
        return deletionIgnored;
    }
    // For an annotated tag `after` is the tag's own object.
    const commit = readCommit("checkout_sha", push.checkout_sha ?? push.after);
    const head = push.commits?.find(({ id }) => id === commit) ?? push.commits?.at(-1);
    return {
        ...meaning,
        commit,
        before: readBefore(push.before),
        message: head?.message,
        author: head?.author?.name,
        files: completeFiles(push),
        mayBeForced: true,
    };
}

/** GitLab lists 20 commits at most, and tells how many there are. */
function completeFiles({ commits, total_commits_count: total }: Push): readonly string[] | undefined {
    return commits === undefined || commits.length === 0 || total !== commits.length ? undefined : allFiles(commits);
}
