import { errorCode, errorMessage } from "../../../common/errors.ts";
import type { StackVerdict } from "../../../common/schema/webhook-event.ts";
import type { Clock } from "../core/clock.ts";
import type { RepositoryRecord, RepositoryStore } from "../core/git-repository.ts";
import type { Masker } from "../core/mask.ts";
import type { NewWebhookEvent, SentPayload, WebhookEventStore } from "../core/webhook-event.ts";
import { unknownHook, type WebhookDelivery, type WebhookReply } from "../core/webhook-receiver.ts";
import { keepPayload } from "./keep-payload.ts";
import { createMaskers } from "./maskers.ts";
import { redactHeaders, redactSignature } from "./redact-headers.ts";
import { storeDelivery } from "./store-delivery.ts";
import { refuse, replyWith, tryAgainLater } from "./webhook-reply.ts";

export interface ReceiveDeliveryPorts {
    readonly repositories: Pick<RepositoryStore, "find">;
    readonly events: Pick<WebhookEventStore, "createAll">;
    readonly clock: Pick<Clock, "now">;
    /** Whether one more failing request of this hook and address may be stored (60 a minute). */
    readonly mayStoreFailure: (key: string) => Promise<boolean>;
}

/** What a request says of itself, and either why it is not believed, or how its body is read. */
export type Sender = {
    /** Of a request whose body is not read. */
    readonly eventType: string;
    readonly deliveryId: string | undefined;
    readonly signature: string | undefined;
    /** Names of headers whose value is the secret itself. */
    readonly secretHeaders: readonly string[];
    /** What must not be stored, wherever it stands. */
    readonly secrets: readonly string[];
} & (
    | { readonly refusal: string }
    /** Throws AppError `invalid` for a body that cannot be read. */
    | { readonly read: () => Meaning }
);

/** What a verified body means. */
export interface Meaning extends SentPayload {
    readonly eventType: string;
    readonly deliveryId?: string | undefined;
    /** For every stack that it is about; queues the deployments. */
    readonly evaluate: (deliveryId: string | undefined) => Promise<readonly Outcome[]>;
}

export interface Outcome {
    readonly repository: RepositoryRecord;
    readonly verdict: StackVerdict;
}

/** Verifies a request for this repository. */
export type Verify<D extends WebhookDelivery> = (repository: RepositoryRecord, request: D) => Sender;

/** What one delivery is taken with. */
interface Taking {
    readonly ports: ReceiveDeliveryPorts;
    readonly repository: RepositoryRecord;
    readonly receivedAt: Date;
    /** The part of an event that is the same for every repository. */
    readonly base: Omit<NewWebhookEvent, "verified" | "payload" | "verdict">;
}

/**
 * Takes a delivery: verifies it, decides for every stack that it is about, queues deployments and stores one event per
 * stack, all before the answer. Deployments go first: if storing the events fails, the sender is asked to come again,
 * and then finds its deployments queued. Contract §3.
 */
export function receiveDelivery<D extends WebhookDelivery>(ports: ReceiveDeliveryPorts, verify: Verify<D>) {
    const maskers = createMaskers();
    return async function receive(request: D): Promise<WebhookReply> {
        const receivedAt = ports.clock.now();
        try {
            const repository = await ports.repositories.find(request.id);
            if (repository === undefined) {
                return refuse(404, unknownHook);
            }
            const sender = verify(repository, request);
            const masker = maskers(sender.secrets);
            const taking = { ports, repository, receivedAt, base: baseOf(repository, request, sender, masker) };
            return "refusal" in sender
                ? await rejectUnverified(taking, request.address, sender.refusal)
                : await takeVerified(taking, readOrExplain(sender.read, masker));
        } catch (error) {
            if (errorCode(error) === "unavailable") {
                return tryAgainLater(errorMessage(error));
            }
            throw error;
        }
    };
}

/** The meaning of a body, and of the body only what is kept: deliveries that wait for the database would add up. */
function readOrExplain(read: () => Meaning, masker: Masker) {
    try {
        const { payload, sent, ...meaning } = read();
        return { ...meaning, kept: keepPayload({ payload, sent }, masker) };
    } catch (error) {
        if (errorCode(error) !== "invalid") {
            throw error;
        }
        return { unreadable: errorMessage(error) };
    }
}

async function takeVerified(
    { ports, repository, receivedAt, base }: Taking,
    meaning: ReturnType<typeof readOrExplain>,
): Promise<WebhookReply> {
    if ("unreadable" in meaning) {
        const reason = meaning.unreadable;
        const event = { ...base, verified: true, payload: null, verdict: "rejected", reason, error: reason } as const;
        return storeDelivery(ports, receivedAt, [event], (id) => refuse(400, reason, id));
    }
    const { eventType, kept: payload } = meaning;
    const deliveryId = base.deliveryId ?? shortened(meaning.deliveryId);
    const found = await meaning.evaluate(deliveryId);
    const events = found.map(({ repository: matched, verdict: { verdict, reason, deploymentId } }) => ({
        ...base,
        ...(matched !== repository && ownerOf(matched)),
        eventType,
        deliveryId,
        verified: true,
        payload,
        verdict,
        reason,
        deploymentId,
    }));
    const verdicts = found.map(({ verdict }) => verdict);
    return storeDelivery(ports, receivedAt, events, (id) => replyWith(verdicts, id));
}

/** Stored without its body, which anybody may have written. An unsupported or unsigned request is never a queue item. */
async function rejectUnverified(
    { ports, repository, receivedAt, base }: Taking,
    address: string,
    reason: string,
): Promise<WebhookReply> {
    if (!(await ports.mayStoreFailure(`${repository.id} ${address}`))) {
        return refuse(401, reason);
    }
    const event = { ...base, verified: false, payload: null, verdict: "rejected", reason } as const;
    return storeDelivery(ports, receivedAt, [event], (id) => refuse(401, reason, id));
}

function ownerOf({ id, stackId }: RepositoryRecord) {
    return { repositoryId: id, stackId };
}

function baseOf(
    repository: RepositoryRecord,
    { headers }: WebhookDelivery,
    { eventType, deliveryId, signature, secretHeaders }: Sender,
    masker: Masker,
): Taking["base"] {
    return {
        ...ownerOf(repository),
        provider: repository.provider,
        eventType,
        deliveryId: shortened(deliveryId),
        headers: redactHeaders(headers, secretHeaders, masker),
        signature: redactSignature(signature, masker),
        processed: true,
    };
}

function shortened(deliveryId: string | undefined): string | undefined {
    return deliveryId?.slice(0, 255);
}
