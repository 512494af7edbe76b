import type { PageQuery } from "../../../common/schema/page.ts";
import type { WebhookEvent } from "../../../common/schema/webhook-event.ts";
import { viewWebhookEvent, type WebhookEventStore } from "../core/webhook-event.ts";
import { pageOf, type MutablePage } from "./page.ts";

/** A stack's deliveries, newest first. */
export async function listWebhookEvents(
    ports: { readonly events: Pick<WebhookEventStore, "list"> },
    stack: string,
    { limit, cursor }: PageQuery,
): Promise<MutablePage<WebhookEvent>> {
    const page = pageOf(await ports.events.list(stack, limit + 1, cursor), limit);
    return { items: page.items.map(viewWebhookEvent), nextCursor: page.nextCursor };
}
