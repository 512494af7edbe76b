import { z } from "zod";
import type { RefEvent, WebhookProvider } from "../../core/webhook-event.ts";
import { CloudPush, readCloudPush } from "./bitbucket-cloud.ts";
import { DataCenterPush, readDataCenterPush } from "./bitbucket-data-center.ts";
import { ignoredEvent } from "./ignored-event.ts";
import { looseText, texts } from "./push.ts";
import { readJson, readShape, readText } from "./read-body.ts";
import { isHexSignature } from "./signature.ts";

const Link = z.object({ href: looseText });

const Links = z.object({
    clone: z.array(Link).optional().catch(undefined),
    html: Link.optional().catch(undefined),
});

const Body = z.object({
    eventKey: looseText,
    repository: z
        .object({ links: Links.optional().catch(undefined) })
        .optional()
        .catch(undefined),
});

/** Bitbucket Cloud and Bitbucket Data Center. One body of either tells of every ref that a push changed. */
export const bitbucket: WebhookProvider = {
    id: "bitbucket",
    secretHeaders: [],
    verify: ({ body, headers, secret }) => isHexSignature(headers["x-hub-signature"], "sha256=", { body, secret }),
    deliveryId: (headers) => headers["x-request-uuid"] ?? headers["x-request-id"],
    signature: (headers) => headers["x-hub-signature"],
    parse({ body, headers }) {
        const sent = readText(body);
        const payload = readJson(sent);
        const { eventKey, repository } = readShape(Body, payload);
        const eventType = headers["x-event-key"] ?? eventKey ?? "unknown";
        const { clone = [], html } = repository?.links ?? {};
        const repositoryUrls = texts([...clone.map(({ href }) => href), html?.href]);
        return { eventType, repositoryUrls, payload, sent, ...readEvent(eventType, payload) };
    },
};

type Meaning = RefEvent | { readonly kind: "pushes"; readonly refs: readonly RefEvent[] } | { readonly kind: "ping" };

function readEvent(eventType: string, payload: unknown): Meaning {
    switch (eventType) {
        case "diagnostics:ping":
            return { kind: "ping" };
        case "repo:push":
            return together(readCloudPush(readShape(CloudPush, payload)));
        case "repo:refs_changed":
            return together(readDataCenterPush(readShape(DataCenterPush, payload)));
        default:
            return ignoredEvent(eventType);
    }
}

function together(refs: readonly RefEvent[]): Meaning {
    const [only] = refs;
    return only !== undefined && refs.length === 1 ? only : { kind: "pushes", refs };
}
