import type { WebhookDelivery, WebhookReply } from "./webhook-receiver.ts";
import type { WebhookHeaders } from "./webhook-event.ts";

/** An image that was pushed to a registry: its full name with a tag, and what the tag means now where it is told. */
export interface PushedImage {
    readonly image: string;
    readonly digest?: string | undefined;
}

/** What a verified body of a registry means. */
export type RegistryPush =
    | { readonly kind: "images"; readonly images: readonly PushedImage[]; readonly deliveryId?: string | undefined }
    | { readonly kind: "ping" }
    | { readonly kind: "ignored"; readonly reason: string; readonly deliveryId?: string | undefined };

/** A delivery to `/api/webhooks/registry/<id>`. `token` comes from the query and is stored nowhere. */
export interface RegistryDelivery extends WebhookDelivery {
    readonly token?: string | undefined;
}

export type ReceiveRegistryPush = (delivery: RegistryDelivery) => Promise<WebhookReply>;

/** What stands in for the secret of a hook in an address: senders that cannot sign know nothing else. */
export interface RegistryHook {
    readonly id: string;
    readonly secret: string;
}

/** All senders of pushes of images: how they prove themselves, and what their bodies mean. Pure but for HMAC. */
export interface RegistryWebhooks {
    /** The token of a hook's address; the secret cannot be told from it. */
    token(hook: RegistryHook): string;
    /** Whether a signature, a Bearer secret or the token proves the request, compared in constant time. */
    verify(request: RegistryDelivery, hook: RegistryHook): boolean;
    deliveryId(headers: WebhookHeaders): string | undefined;
    /** The signature as it may be stored: a secret that is sent in clear reads `***`. */
    signature(headers: WebhookHeaders): string | undefined;
    /** The meaning of a verified body. Throws AppError `invalid` where it cannot be read. */
    parse(request: { body: Uint8Array; headers: WebhookHeaders }): RegistryPush & { readonly payload: unknown };
}

/** The `eventType` of all stored deliveries to this hook. */
export const registryEventType = "registry_push";
