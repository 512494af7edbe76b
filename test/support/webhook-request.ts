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
