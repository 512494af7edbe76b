import type { Clock } from "../core/clock.ts";
import type { NewWebhookEvent, WebhookEventStore } from "../core/webhook-event.ts";
import type { WebhookReply } from "../core/webhook-receiver.ts";

export interface StoreDeliveryPorts {
    readonly events: Pick<WebhookEventStore, "createAll">;
    readonly clock: Pick<Clock, "now">;
}

/**
 * Stores the events of one delivery together with the reply that is going to be sent and how long it took to come to
 * it, in one write, and gives that reply. `replyFor` gets the id of the first event. Throws what the store throws.
 */
export async function storeDelivery(
    ports: StoreDeliveryPorts,
    receivedAt: Date,
    events: readonly NewWebhookEvent[],
    replyFor: (eventId: string | undefined) => WebhookReply,
): Promise<WebhookReply> {
    const [own] = await ports.events.createAll(events, (firstId) => {
        const { status, answer: body } = replyFor(firstId);
        const durationMilliseconds = Math.max(0, ports.clock.now().getTime() - receivedAt.getTime());
        return { answer: { status, body }, durationMilliseconds };
    });
    return replyFor(own?.id);
}
