import type { RegistryPush, RegistryWebhooks } from "../../../core/registry-push.ts";
import type { WebhookHeaders } from "../../../core/webhook-event.ts";
import { readPayloadText } from "../form-body.ts";
import { readJson } from "../read-body.ts";

import { parseDockerHub } from "./docker-hub.ts";
import { parseGithubPackages } from "./github-packages.ts";
import { parseHarbor } from "./harbor.ts";
import { parseOciNotification } from "./oci-notification.ts";
import { registryToken, verifyRegistry } from "./verify.ts";

/** Field of the body → whose bodies have it. */
const senders: readonly (readonly [string, (payload: unknown) => RegistryPush])[] = [
    ["push_data", parseDockerHub],
    ["events", parseOciNotification],
    ["event_data", parseHarbor],
];

/** Every registry whose pushes are understood. */
export const registryWebhooks: RegistryWebhooks = {
    token: registryToken,
    verify: verifyRegistry,
    deliveryId: (headers) => headers["x-github-delivery"] ?? headers["x-harbor-event-id"],
    signature: (headers) =>
        headers["x-hub-signature-256"] ?? (headers["authorization"] === undefined ? undefined : "***"),
    parse({ body, headers }) {
        const payload = readJson(readPayloadText(body, headers));
        return { payload, ...meaning(payload, headers) };
    },
};

function meaning(payload: unknown, headers: WebhookHeaders): RegistryPush {
    const event = headers["x-github-event"];
    if (event === "ping") {
        return { kind: "ping" };
    }
    if (event === "package" || event === "registry_package") {
        return parseGithubPackages(payload);
    }
    const fields = typeof payload === "object" && payload !== null ? Object.keys(payload) : [];
    const parse = event === undefined ? senders.find(([field]) => fields.includes(field))?.[1] : undefined;
    return parse === undefined
        ? { kind: "ignored", reason: "the body is of no registry that is understood; see docs/webhooks-registry.md" }
        : parse(payload);
}
