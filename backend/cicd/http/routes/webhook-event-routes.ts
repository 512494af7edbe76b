import { z } from "zod";
import { PageQuery } from "../../../../common/schema/page.ts";
import { WebhookEvent } from "../../../../common/schema/webhook-event.ts";
import { route, type Route } from "../route.ts";
import { idParams, pageOf, stackParams } from "../schemas.ts";

const tag = "Webhook events";

export const webhookEventRoutes: readonly Route[] = [
    route({
        method: "get",
        path: "/stacks/{stack}/webhook-events",
        right: "read",
        tag,
        summary: "The deliveries for a stack, newest first, each with its verdict.",
        request: z.object({ params: stackParams, query: PageQuery }),
        response: pageOf(WebhookEvent),
        handle: async ({ params, query }, { services }) => services.listWebhookEvents(params.stack, query),
    }),
    route({
        method: "post",
        path: "/webhook-events/{id}/redeliver",
        right: "deploy",
        tag,
        summary: "Judge a stored delivery again, as if it had just come in.",
        request: z.object({ params: idParams }),
        response: WebhookEvent,
        handle: async ({ params }, { services, caller }) => services.redeliverWebhook({ ...params, caller }),
    }),
];
