import type { GitProvider } from "../../../common/schema/git-repository.ts";
import type { SentAnswer, WebhookEvent, WebhookVerdict } from "../../../common/schema/webhook-event.ts";

/** One delivery for one matched repository. Headers and signature are stored without secrets. */
export interface WebhookEventRecord {
    readonly id: string;
    readonly repositoryId: string;
    readonly stackId: string;
    readonly provider: GitProvider;
    readonly eventType: string;
    readonly deliveryId?: string | undefined;
    readonly payload: unknown;
    readonly headers: Readonly<Record<string, string>>;
    readonly signature?: string | undefined;
    readonly verified: boolean;
    readonly processed: boolean;
    readonly verdict: WebhookVerdict;
    readonly reason?: string | undefined;
    readonly deploymentId?: string | undefined;
    readonly receivedAt: string;
    readonly processedAt?: string | undefined;
    readonly error?: string | undefined;
    /** What the sender was answered; undefined where nothing was sent: for what was redelivered by hand. */
    readonly answer?: SentAnswer | undefined;
    /** From the complete body to the moment of storing. */
    readonly durationMilliseconds?: number | undefined;
}

export type NewWebhookEvent = Omit<WebhookEventRecord, "id" | "receivedAt" | "processedAt">;

/** What is known only at the moment of storing, because the answer names the first event by its id. */
export type SealEvents = (firstId: string) => Pick<WebhookEventRecord, "answer" | "durationMilliseconds">;

export type NewestDelivery = Pick<WebhookEventRecord, "receivedAt" | "verdict">;

/** Deliveries in the database; at most 500 are kept per repository. */
export interface WebhookEventStore {
    /**
     * Inserts all events of one delivery in one transaction, before the request is answered; `seal` adds what was
     * not known before.
     */
    createAll(events: readonly NewWebhookEvent[], seal?: SealEvents): Promise<readonly WebhookEventRecord[]>;
    find(id: string): Promise<WebhookEventRecord | undefined>;
    /** Newest first; `cursor` is the `id` of the last row of the page before. */
    list(stackId: string, limit: number, cursor?: string): Promise<readonly WebhookEventRecord[]>;
    /** The newest event with this delivery id at this repository that led to a deployment. */
    findDelivery(repositoryId: string, deliveryId: string): Promise<WebhookEventRecord | undefined>;
    /** Of every repository, by its id, when its newest delivery came and what it meant. */
    newest(): Promise<ReadonlyMap<string, NewestDelivery>>;
}

/** A push as every provider's parser gives it. */
export interface PushEvent {
    readonly kind: "push";
    readonly ref: { readonly type: "branch" | "tag"; readonly name: string };
    readonly commit: string;
    /** The commit before the push; undefined when the ref is new or the body does not say. */
    readonly before?: string | undefined;
    readonly message?: string | undefined;
    readonly author?: string | undefined;
    /** Every path that the push touched, only where the list is known to be complete. */
    readonly files?: readonly string[] | undefined;
    /** The sender does not tell forced pushes: `files` may lack what undone commits had changed. */
    readonly mayBeForced?: boolean | undefined;
}

/** What does not deploy, whatever the stack's rules are, and why. */
export interface IgnoredEvent {
    readonly kind: "ignored";
    readonly reason: string;
}

/** What became of one branch or tag. */
export type RefEvent = PushEvent | IgnoredEvent;

/**
 * What a verified body means; `pushes` where it tells of several branches and tags at once. `repositoryUrls` are all
 * addresses that the body gives for its repository.
 */
export type ParsedWebhook = { readonly eventType: string; readonly repositoryUrls: readonly string[] } & (
    RefEvent | { readonly kind: "pushes"; readonly refs: readonly RefEvent[] } | { readonly kind: "ping" }
);

/** Headers with lower-case names. */
export type WebhookHeaders = Readonly<Record<string, string | undefined>>;

/** What came, as a value, and where it is at hand as the JSON text that the value was read from. */
export interface SentPayload {
    readonly payload: unknown;
    readonly sent?: string | undefined;
}

/** One webhook sender: how it signs, how it names a delivery, what its bodies mean. Pure but for HMAC. */
export interface WebhookProvider {
    readonly id: GitProvider;
    /** Whether the request was signed with this secret, compared in constant time over the raw body. */
    verify(request: { body: Uint8Array; headers: WebhookHeaders; secret: string; now: Date }): boolean;
    deliveryId(headers: WebhookHeaders): string | undefined;
    /** The signature as it may be stored: a secret that is sent in clear reads `***`. */
    signature(headers: WebhookHeaders): string | undefined;
    /** Names of headers whose value is the secret itself. */
    readonly secretHeaders: readonly string[];
    /** The meaning of a verified body. Throws AppError `invalid` where it cannot be read. */
    parse(request: { body: Uint8Array; headers: WebhookHeaders }): ParsedWebhook & SentPayload;
}

/** What of a record the outside sees. */
export function viewWebhookEvent(record: WebhookEventRecord): WebhookEvent {
    const { stackId, headers, ...visible } = record;
    return { ...visible, headers: { ...headers }, stack: stackId };
}
