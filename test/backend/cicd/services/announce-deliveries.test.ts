import { expect, it } from "vitest";
import { announcedEvents } from "../../../../backend/cicd/services/announce-deliveries.ts";
import { createEdge } from "../../../support/edge.ts";
import { newWebhookEvent } from "../../../support/records.ts";

it("tells browsers of every stored event, without its content", async () => {
    const { stores, host } = await createEdge();
    const events = announcedEvents(stores.events, host);

    const stored = await events.createAll([
        newWebhookEvent(),
        newWebhookEvent({ stackId: "shop", verdict: "ignored" }),
    ]);

    expect(host.pushes).toEqual([
        { event: "webhookEventUpdate", payload: { stackName: "web", id: stored[0]?.id, verdict: "queued" } },
        { event: "webhookEventUpdate", payload: { stackName: "shop", id: stored[1]?.id, verdict: "ignored" } },
    ]);
});

it("tells nothing of what could not be stored", async () => {
    const { stores, host } = await createEdge();
    const events = announcedEvents({ ...stores.events, createAll: () => Promise.reject(new Error("full")) }, host);

    await expect(events.createAll([newWebhookEvent()])).rejects.toThrow("full");
    expect(host.pushes).toEqual([]);
});
