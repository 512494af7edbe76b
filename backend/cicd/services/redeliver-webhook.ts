import { AppError } from "../../../common/errors.ts";
import type { GitProvider } from "../../../common/schema/git-repository.ts";
import type { StackVerdict } from "../../../common/schema/webhook-event.ts";
import type { Caller } from "../core/host.ts";
import type { RepositoryRecord, RepositoryStore } from "../core/git-repository.ts";
import type { NewWebhookEvent, WebhookEventRecord, WebhookEventStore, WebhookProvider } from "../core/webhook-event.ts";
import { registryEventType, type RegistryWebhooks } from "../core/registry-push.ts";
import { createAddressKeys, type RealAddress } from "./address-keys.ts";
import type { DecideImagePushPorts } from "./decide-image-push.ts";
import type { DecidePushPorts } from "./decide-push.ts";
import { evaluateImagePush } from "./evaluate-image-push.ts";
import { evaluateDelivery } from "./evaluate-delivery.ts";
import { isCut } from "./keep-payload.ts";

export interface RedeliverWebhookPorts extends DecideImagePushPorts, Pick<DecidePushPorts, "enqueuePipeline"> {
    readonly registries: Pick<RegistryWebhooks, "parse">;
    readonly repositories: Pick<RepositoryStore, "find">;
    readonly events: Pick<WebhookEventStore, "find" | "findDelivery" | "createAll">;
    readonly providers: ReadonlyMap<GitProvider, WebhookProvider>;
    readonly realAddress: RealAddress;
}

/**
 * Evaluates a stored, verified delivery again for its stack, and stores the outcome as a new event. Throws AppError
 * `not_found` for an unknown event or repository, `conflict` for one that was not verified or is not stored whole.
 */
export function redeliverWebhook(ports: RedeliverWebhookPorts) {
    return async function redeliver(call: {
        readonly id: string;
        readonly caller: Pick<Caller, "username">;
    }): Promise<WebhookEventRecord> {
        const event = await ports.events.find(call.id);
        if (event === undefined) {
            throw new AppError("not_found", `webhook event ${call.id}: there is none; it may have been pruned`);
        }
        const [found] = await evaluateAgain(ports, event, call.caller.username);
        const [stored] = await ports.events.createAll([again(event, found?.verdict)]);
        if (stored === undefined) {
            throw new AppError("internal", "the redelivered event was not stored");
        }
        return stored;
    };
}

async function evaluateAgain(ports: RedeliverWebhookPorts, event: WebhookEventRecord, user: string) {
    const { repository, provider } = await findSender(ports, event);
    const request = requestOf(event);
    const delivery = { deliveryId: event.deliveryId, user };
    if (event.eventType === registryEventType) {
        const parsed = ports.registries.parse(request);
        return evaluateImagePush(ports, repository, parsed, delivery, async () => [repository]);
    }
    const keysOf = createAddressKeys(ports.realAddress);
    return evaluateDelivery({ ...ports, keysOf }, repository, provider.parse(request), delivery, async () => [
        repository,
    ]);
}

/** The new event: what came is the same, what it meant is not. */
function again(event: WebhookEventRecord, outcome: StackVerdict | undefined): NewWebhookEvent {
    return {
        repositoryId: event.repositoryId,
        stackId: event.stackId,
        provider: event.provider,
        eventType: event.eventType,
        deliveryId: event.deliveryId,
        payload: event.payload,
        headers: event.headers,
        signature: event.signature,
        verified: true,
        processed: true,
        verdict: outcome?.verdict ?? "ignored",
        reason: outcome?.reason,
        deploymentId: outcome?.deploymentId,
    };
}

async function findSender(
    ports: RedeliverWebhookPorts,
    event: WebhookEventRecord,
): Promise<{ readonly repository: RepositoryRecord; readonly provider: WebhookProvider }> {
    const repository = await ports.repositories.find(event.repositoryId);
    const provider = ports.providers.get(event.provider);
    if (repository === undefined || provider === undefined) {
        throw new AppError(
            "not_found",
            `webhook event ${event.id}: its repository is no longer connected; connect it again`,
        );
    }
    return { repository, provider };
}

/** What came, as it was stored. */
function requestOf(event: WebhookEventRecord) {
    if (!event.verified || event.verdict === "rejected") {
        throw new AppError("conflict", `webhook event ${event.id}: it was rejected; let the sender deliver it again`);
    }
    if (isCut(event.payload)) {
        throw new AppError(
            "conflict",
            `webhook event ${event.id}: its body was too large to keep; let the sender deliver it again`,
        );
    }
    const body = event.payload === null || event.payload === undefined ? "" : JSON.stringify(event.payload);
    const headers = { ...event.headers, "content-type": "application/json" };
    return { body: new TextEncoder().encode(body), headers };
}
