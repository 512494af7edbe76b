import { WebhookAnswer } from "../../common/schema/webhook-event.ts";
import type { TestServer } from "./server.ts";
import type { SignedRequest } from "./webhook-request.ts";

export type SentAnswer = WebhookAnswer & { readonly status: number };

/** Delivers a request to a webhook's address, given as its path below `/api/webhooks/`. */
export async function sendWebhook(server: TestServer, path: string, request: SignedRequest): Promise<SentAnswer> {
    const response = await fetch(`${server.url}/api/webhooks/${path}`, {
        method: "POST",
        headers: request.headers,
        body: request.body,
    });
    return { status: response.status, ...WebhookAnswer.parse(await response.json()) };
}
