import { errorCode, errorMessage } from "../../../common/errors.ts";
import type { Clock } from "../core/clock.ts";
import type { RepositoryRecord, RepositoryStore } from "../core/git-repository.ts";
import { type ReceiveRegistryPush, type RegistryDelivery, registryEventType } from "../core/registry-push.ts";
import type { RegistryPush, RegistryWebhooks } from "../core/registry-push.ts";
import type { NewWebhookEvent, WebhookEventStore } from "../core/webhook-event.ts";
import type { WebhookReply } from "../core/webhook-receiver.ts";
import { type AddressKeys, createAddressKeys, type RealAddress } from "./address-keys.ts";
import type { DecideImagePushPorts } from "./decide-image-push.ts";
import { evaluateImagePush } from "./evaluate-image-push.ts";
import { keepPayload } from "./keep-payload.ts";
import { createMaskers, type Maskers } from "./maskers.ts";
import { matchRepositories } from "./match-repositories.ts";
import { redactHeaders, redactSignature } from "./redact-headers.ts";
import { storeDelivery } from "./store-delivery.ts";
import { refuse, replyWith, tryAgainLater } from "./webhook-reply.ts";

export interface ReceiveRegistryPorts extends DecideImagePushPorts {
    readonly repositories: Pick<RepositoryStore, "find" | "list">;
    readonly events: Pick<WebhookEventStore, "findDelivery" | "createAll">;
    readonly registries: RegistryWebhooks;
    readonly realAddress: RealAddress;
    readonly clock: Pick<Clock, "now">;
    /** Whether one more failing request of this hook and address may be stored (60 a minute). */
    readonly mayStoreFailure: (key: string) => Promise<boolean>;
}

/** The ports, and what is remembered from one delivery to the next. */
interface Receiving extends ReceiveRegistryPorts {
    readonly keysOf: AddressKeys;
    readonly maskers: Maskers;
}

/** A request and when its body was complete. */
type ReceivedPush = RegistryDelivery & { readonly receivedAt: Date };

/**
 * Takes a registry's word that images were pushed: verifies it, decides for every stack that is connected to the hook's
 * repository, queues deployments and stores one event per stack, all before the answer. As for pushes, contract §3.
 */
export function receiveRegistryPush(given: ReceiveRegistryPorts): ReceiveRegistryPush {
    const ports = { ...given, keysOf: createAddressKeys(given.realAddress), maskers: createMaskers() };
    return async function receive(request: RegistryDelivery): Promise<WebhookReply> {
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

async function handle(ports: Receiving, repository: RepositoryRecord, request: ReceivedPush): Promise<WebhookReply> {
    if (!ports.registries.verify(request, { id: repository.id, secret: repository.webhookSecret })) {
        return rejectUnverified(ports, repository, request);
    }
    const parsed = parse(ports.registries, request);
    if ("unreadable" in parsed) {
        const rejected = { ...describe(ports, repository, request), verified: true, ...rejection(parsed.unreadable) };
        return storeDelivery(ports, request.receivedAt, [{ ...rejected, ...owner(repository) }], (id) =>
            refuse(400, parsed.unreadable, id),
        );
    }
    return takeVerified(ports, repository, request, parsed);
}

async function takeVerified(
    ports: Receiving,
    repository: RepositoryRecord,
    request: ReceivedPush,
    parsed: RegistryPush & { readonly payload: unknown },
): Promise<WebhookReply> {
    const base = { ...describe(ports, repository, request), verified: true };
    const deliveryId = base.deliveryId ?? ("deliveryId" in parsed ? parsed.deliveryId?.slice(0, 255) : undefined);
    const found = await evaluateImagePush(ports, repository, parsed, { deliveryId, user: undefined }, async () =>
        matchRepositories(repository, await ports.repositories.list(), [], ports.keysOf),
    );
    const payload = keepPayload(parsed.payload, ports.maskers(secretsOf(ports, repository)));
    const events = found.map(({ repository: matched, verdict: { verdict, reason, deploymentId } }) => ({
        ...base,
        ...owner(matched),
        deliveryId,
        payload,
        verdict,
        reason,
        deploymentId,
    }));
    const verdicts = found.map(({ verdict }) => verdict);
    return storeDelivery(ports, request.receivedAt, events, (id) => replyWith(verdicts, id));
}

function parse(registries: RegistryWebhooks, request: ReceivedPush) {
    try {
        return registries.parse(request);
    } catch (error) {
        if (errorCode(error) !== "invalid") {
            throw error;
        }
        return { unreadable: errorMessage(error) };
    }
}

/** Stored without its body, which anybody may have written. */
async function rejectUnverified(
    ports: Receiving,
    repository: RepositoryRecord,
    request: ReceivedPush,
): Promise<WebhookReply> {
    const reason =
        "the signature, the Bearer secret or the token in the address is missing or wrong; " +
        "copy address and secret from the stack's page again";
    if (!(await ports.mayStoreFailure(`${repository.id} ${request.address}`))) {
        return refuse(401, reason);
    }
    const base = { ...describe(ports, repository, request), verified: false };
    const event = { ...base, ...owner(repository), payload: null, verdict: "rejected", reason } as const;
    return storeDelivery(ports, request.receivedAt, [event], (id) => refuse(401, reason, id));
}

function rejection(reason: string) {
    return { payload: null, verdict: "rejected", reason, error: reason } as const;
}

function owner(repository: RepositoryRecord) {
    return { repositoryId: repository.id, stackId: repository.stackId };
}

/** A proxy may have copied the address into a header. */
function secretsOf({ registries }: ReceiveRegistryPorts, { id, webhookSecret }: RepositoryRecord): readonly string[] {
    return [webhookSecret, registries.token({ id, secret: webhookSecret })];
}

type EventBase = Omit<NewWebhookEvent, "repositoryId" | "stackId" | "payload" | "verdict" | "reason" | "deploymentId">;

function describe(
    ports: Receiving,
    repository: RepositoryRecord,
    { headers }: RegistryDelivery,
): Omit<EventBase, "verified"> {
    return {
        provider: repository.provider,
        eventType: registryEventType,
        deliveryId: ports.registries.deliveryId(headers)?.slice(0, 255),
        headers: redactHeaders(headers, [], ports.maskers(secretsOf(ports, repository))),
        signature: redactSignature(ports.registries.signature(headers), ports.maskers(secretsOf(ports, repository))),
        processed: true,
    };
}
