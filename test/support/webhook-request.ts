import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { z } from "zod";

const Payload = z.record(z.string(), z.unknown());
const Examples = z.array(z.object({ name: z.string(), examples: z.array(Payload) }));

export interface SignedRequest {
    readonly body: Buffer;
    readonly headers: Readonly<Record<string, string>>;
}

/** A delivery as GitHub sends it. */
export function githubRequest(
    event: string,
    payload: unknown,
    secret: string,
    delivery = "72d3162e-cc78-11e3-81ab-4c9367dc0958",
): SignedRequest {
    const body = Buffer.from(JSON.stringify(payload));
    return {
        body,
        headers: {
            "content-type": "application/json",
            "x-github-event": event,
            "x-github-delivery": delivery,
            "x-hub-signature-256": `sha256=${hexHmac(secret, body)}`,
        },
    };
}

/** A delivery as GitLab sends it, with its secret token. */
export function gitlabRequest(event: string, payload: unknown, secret: string, delivery = "gl-1"): SignedRequest {
    return {
        body: Buffer.from(JSON.stringify(payload)),
        headers: {
            "content-type": "application/json",
            "x-gitlab-event": event,
            "x-gitlab-event-uuid": `uuid-${delivery}`,
            "idempotency-key": delivery,
            "x-gitlab-token": secret,
        },
    };
}

/** A delivery as Bitbucket sends it: Data Center names it in a header of its own. */
export function bitbucketRequest(event: string, payload: unknown, secret: string, delivery = "bb-1"): SignedRequest {
    const body = Buffer.from(JSON.stringify(payload));
    const isCloud = event === "repo:push" || event.startsWith("pullrequest:");
    return {
        body,
        headers: {
            "content-type": "application/json; charset=utf-8",
            "x-event-key": event,
            "x-hub-signature": `sha256=${hexHmac(secret, body)}`,
            ...(isCloud && { "x-hook-uuid": "{a4b0}", "x-request-uuid": delivery, "x-attempt-number": "1" }),
            ...(!isCloud && { "x-request-id": delivery }),
        },
    };
}

export type GiteaSender = "gitea" | "forgejo" | "gogs";

/** A delivery as Gitea, Forgejo or Gogs sends it: each also sends the headers of those that it came from. */
export function giteaRequest(
    sender: GiteaSender,
    event: string,
    payload: unknown,
    secret: string,
    delivery = "f6266f16-1bf3-46a5-9ea4-602e06ead473",
): SignedRequest {
    const body = Buffer.from(JSON.stringify(payload, null, 2));
    const digest = hexHmac(secret, body);
    const names = { gogs: ["gogs"], gitea: ["gogs", "gitea"], forgejo: ["gogs", "gitea", "forgejo"] }[sender];
    const own = names.flatMap((name): (readonly [string, string])[] => [
        [`x-${name}-delivery`, delivery],
        [`x-${name}-event`, event],
        [`x-${name}-signature`, digest],
    ]);
    const alsoGithub = {
        "x-github-delivery": delivery,
        "x-github-event": event,
        "x-hub-signature-256": `sha256=${digest}`,
    };
    const headers = { "content-type": "application/json", ...(sender !== "gogs" && alsoGithub) };
    return { body, headers: { ...headers, ...Object.fromEntries(own) } };
}

/** The same delivery as a form. GitHub signs the form; Gitea and its kin sign the JSON in it, as `headers` do already. */
export function asForm({ body, headers }: SignedRequest, secret?: string): SignedRequest {
    const form = Buffer.from(new URLSearchParams({ payload: body.toString() }).toString());
    const signature = secret !== undefined && { "x-hub-signature-256": `sha256=${hexHmac(secret, form)}` };
    return { body: form, headers: { ...headers, ...signature, "content-type": "application/x-www-form-urlencoded" } };
}

/** A delivery of a tool of one's own; without a payload it has no body. */
export function genericRequest(payload: unknown, secret: string, delivery?: string): SignedRequest {
    const body = Buffer.from(payload === undefined ? "" : JSON.stringify(payload));
    return {
        body,
        headers: {
            "x-signature-256": `sha256=${hexHmac(secret, body)}`,
            ...(delivery !== undefined && { "x-delivery-id": delivery }),
        },
    };
}

export function hexHmac(secret: string, body: Uint8Array): string {
    return createHmac("sha256", secret).update(body).digest("hex");
}

/** GitHub's own example payloads of all events. */
export function githubExamples(): z.infer<typeof Examples> {
    const require = createRequire(import.meta.url);
    return Examples.parse(require("@octokit/webhooks-examples"));
}

/** A payload of `test/fixtures/webhooks`. */
export function webhookFixture(name: string): z.infer<typeof Payload> {
    const file = new URL(`../fixtures/webhooks/${name}.json`, import.meta.url);
    return Payload.parse(JSON.parse(readFileSync(file, "utf8")));
}
