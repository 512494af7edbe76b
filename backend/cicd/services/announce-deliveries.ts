import type { Host } from "../core/host.ts";
import type { WebhookEventStore } from "../core/webhook-event.ts";

/** The same store, which tells browsers of every event that is stored, whoever stores it. */
export function announcedEvents(events: WebhookEventStore, host: Pick<Host, "push">): WebhookEventStore {
    return {
        ...events,
        async createAll(given, seal) {
            const stored = await events.createAll(given, seal);
            for (const { id, stackId: stackName, verdict } of stored) {
                host.push("webhookEventUpdate", { stackName, id, verdict });
            }
            return stored;
        },
    };
}
