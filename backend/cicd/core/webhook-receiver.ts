import type { GitProvider } from "../../../common/schema/git-repository.ts";
import type { WebhookAnswer } from "../../../common/schema/webhook-event.ts";
import type { WebhookHeaders } from "./webhook-event.ts";

/** A delivery as it came in, before anything is known about it. */
export interface WebhookDelivery {
    /** The id in the path. */
    readonly id: string;
    readonly providerInPath?: GitProvider | undefined;
    readonly headers: WebhookHeaders;
    /** The raw bytes. */
    readonly body: Uint8Array;
    /** Where it came from. */
    readonly address: string;
}

export interface WebhookReply {
    readonly status: number;
    readonly answer: WebhookAnswer;
    readonly retryAfterSeconds?: number | undefined;
}

/** What is told of an id that belongs to no repository. */
export const unknownHook = "there is no such webhook; copy its address from the stack's page again";

/** Verifies, stores and judges a delivery. Throws AppError `unavailable` where it could not be stored. */
export type ReceiveWebhook = (delivery: WebhookDelivery) => Promise<WebhookReply>;
