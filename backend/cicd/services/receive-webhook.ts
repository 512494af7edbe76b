import { errorCode, errorMessage } from "../../../common/errors.ts";
import type { GitProvider } from "../../../common/schema/git-repository.ts";
import type { Clock } from "../core/clock.ts";
import type { RepositoryRecord, RepositoryStore } from "../core/git-repository.ts";
import type { NewWebhookEvent, WebhookEventStore, WebhookProvider } from "../core/webhook-event.ts";
import type { ReceiveWebhook, WebhookDelivery, WebhookReply } from "../core/webhook-receiver.ts";
import { type AddressKeys, createAddressKeys, type RealAddress } from "./address-keys.ts";
import type { DecidePushPorts } from "./decide-push.ts";
import { evaluateDelivery } from "./evaluate-delivery.ts";
import { keepPayload } from "./keep-payload.ts";
import { createMaskers, type Maskers } from "./maskers.ts";
import { matchRepositories } from "./match-repositories.ts";
import { redactHeaders, redactSignature } from "./redact-headers.ts";
import { storeDelivery } from "./store-delivery.ts";
import { refuse, replyWith, tryAgainLater } from "./webhook-reply.ts";

export interface ReceiveWebhookPorts extends DecidePushPorts {
    readonly repositories: Pick<RepositoryStore, "find" | "list">;
    readonly events: Pick<WebhookEventStore, "findDelivery" | "createAll">;
    readonly providers: ReadonlyMap<GitProvider, WebhookProvider>;
    readonly realAddress: RealAddress;
    readonly clock: Pick<Clock, "now">;
    /** Whether one more failing request of this hook and address may be stored (60 a minute). */
    readonly mayStoreFailure: (key: string) => Promise<boolean>;
}

/** A request and when its body was complete. */
type ReceivedDelivery = WebhookDelivery & { readonly receivedAt: Date };

/** The ports, and what is remembered from one delivery to the next. */
interface Receiving extends ReceiveWebhookPorts {
    readonly keysOf: AddressKeys;
    readonly maskers: Maskers;
}

/** The part of an event that is the same for every repository of a delivery. */
type EventBase = Omit<NewWebhookEvent, "repositoryId" | "stackId" | "payload" | "verdict" | "reason" | "deploymentId">;

/**
 * Takes a delivery: verifies it, decides for every stack that is connected to its repository, queues deployments and
 * stores one event per repository, all before the answer. Deployments go first: if storing the events fails, the
 * sender is asked to come again, and then finds its deployments queued. Contract §3.
 */
export function receiveWebhook(given: ReceiveWebhookPorts): ReceiveWebhook {
    const ports = { ...given, keysOf: createAddressKeys(given.realAddress), maskers: createMaskers() };
    return async function receive(request: WebhookDelivery): Promise<WebhookReply> {
        const receivedAt = ports.clock.now();
        try {
            const repository = await ports.repositories.find(request.id);
            return repository === undefined
                ? refuse(404, "there is no such webhook; copy its address from the stack's page again")
                : await handle(ports, repository, { ...request, receivedAt });
        } catch (error) {
            if (errorCode(error) === "unavailable") {
                return tryAgainLater(errorMessage(error));
            }
            throw error;
        }
    };
}

async function handle(
    ports: Receiving,
    repository: RepositoryRecord,
    request: ReceivedDelivery,
): Promise<WebhookReply> {
    const provider = ports.providers.get(repository.provider);
    if (provider === undefined) {
        const reason = `webhooks of ${repository.provider} are not understood here; choose the provider generic`;
        return rejectUnverified(ports, repository, undefined, request, reason);
    }
    const { body, headers } = request;
    if (!provider.verify({ body, headers, secret: repository.webhookSecret, now: ports.clock.now() })) {
        const reason = "the signature is missing or wrong; give the sender this webhook's secret";
        return rejectUnverified(ports, repository, provider, request, reason);
    }
    return takeVerified(ports, repository, provider, request);
}

async function takeVerified(
    ports: Receiving,
    repository: RepositoryRecord,
    provider: WebhookProvider,
    request: ReceivedDelivery,
): Promise<WebhookReply> {
    const base = { ...describe(ports, repository, provider, request), verified: true };
    const parsed = read(ports, repository, provider, request);
    if ("unreadable" in parsed) {
        const reason = parsed.unreadable;
        const rejected = {
            ...base,
            eventType: "unknown",
            payload: null,
            verdict: "rejected",
            reason,
            error: reason,
        } as const;
        return storeDelivery(ports, request.receivedAt, [{ ...rejected, ...owner(repository) }], (id) =>
            refuse(400, reason, id),
        );
    }
    const delivery = { deliveryId: base.deliveryId, user: undefined };
    const found = await evaluateDelivery(ports, repository, parsed, delivery, async () =>
        matchRepositories(repository, await ports.repositories.list(), parsed.repositoryUrls, ports.keysOf),
    );
    const events = found.map(({ repository: matched, verdict: { verdict, reason, deploymentId } }) => ({
        ...base,
        ...owner(matched),
        eventType: parsed.eventType,
        payload: parsed.kept,
        verdict,
        reason,
        deploymentId,
    }));
    const verdicts = found.map(({ verdict }) => verdict);
    return storeDelivery(ports, request.receivedAt, events, (id) => replyWith(verdicts, id));
}

/** The meaning of a body, and of the body only what is kept: deliveries that wait for the database would add up. */
function read(
    { maskers }: Receiving,
    repository: RepositoryRecord,
    provider: WebhookProvider,
    request: ReceivedDelivery,
) {
    try {
        const { payload, ...meaning } = provider.parse(request);
        return { ...meaning, kept: keepPayload(payload, maskers([repository.webhookSecret])) };
    } catch (error) {
        if (errorCode(error) !== "invalid") {
            throw error;
        }
        return { unreadable: errorMessage(error) };
    }
}

/** Stored without its body, which anybody may have written. An unsupported or unsigned request is never a queue item. */
async function rejectUnverified(
    ports: Receiving,
    repository: RepositoryRecord,
    provider: WebhookProvider | undefined,
    request: ReceivedDelivery,
    reason: string,
): Promise<WebhookReply> {
    if (!(await ports.mayStoreFailure(`${repository.id} ${request.address}`))) {
        return refuse(401, reason);
    }
    const base = { ...describe(ports, repository, provider, request), verified: false };
    const event = { ...base, ...owner(repository), payload: null, verdict: "rejected", reason } as const;
    return storeDelivery(ports, request.receivedAt, [event], (id) => refuse(401, reason, id));
}

function owner(repository: RepositoryRecord) {
    return { repositoryId: repository.id, stackId: repository.stackId };
}

function describe(
    { maskers }: Receiving,
    repository: RepositoryRecord,
    provider: WebhookProvider | undefined,
    { headers }: WebhookDelivery,
): Omit<EventBase, "verified"> {
    return {
        provider: repository.provider,
        eventType: "unknown",
        deliveryId: provider?.deliveryId(headers)?.slice(0, 255),
        headers: redactHeaders(headers, provider?.secretHeaders ?? [], maskers([repository.webhookSecret])),
        signature: redactSignature(provider?.signature(headers), maskers([repository.webhookSecret])),
        processed: true,
    };
}
