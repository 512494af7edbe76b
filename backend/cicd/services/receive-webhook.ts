import type { GitProvider } from "../../../common/schema/git-repository.ts";
import type { RepositoryRecord, RepositoryStore } from "../core/git-repository.ts";
import type { WebhookProvider } from "../core/webhook-event.ts";
import type { ReceiveWebhook, WebhookDelivery } from "../core/webhook-receiver.ts";
import { type AddressKeys, createAddressKeys, type RealAddress } from "./address-keys.ts";
import type { DecidePushPorts } from "./decide-push.ts";
import { evaluateDelivery } from "./evaluate-delivery.ts";
import { matchRepositories } from "./match-repositories.ts";
import { type Meaning, receiveDelivery, type ReceiveDeliveryPorts, type Sender } from "./receive-delivery.ts";

export interface ReceiveWebhookPorts extends ReceiveDeliveryPorts, DecidePushPorts {
    readonly repositories: Pick<RepositoryStore, "find" | "list">;
    readonly events: ReceiveDeliveryPorts["events"] & DecidePushPorts["events"];
    readonly providers: ReadonlyMap<GitProvider, WebhookProvider>;
    readonly realAddress: RealAddress;
}

type Receiving = ReceiveWebhookPorts & { readonly keysOf: AddressKeys };

/** Takes the deliveries of git servers, and of whatever speaks like one. */
export function receiveWebhook(given: ReceiveWebhookPorts): ReceiveWebhook {
    const ports = { ...given, keysOf: createAddressKeys(given.realAddress) };
    return receiveDelivery(ports, (repository, request: WebhookDelivery) => verify(ports, repository, request));
}

function verify(ports: Receiving, repository: RepositoryRecord, request: WebhookDelivery): Sender {
    const { provider: name, webhookSecret: secret } = repository;
    const { headers, body } = request;
    const provider = ports.providers.get(name);
    const said = {
        eventType: "unknown",
        deliveryId: provider?.deliveryId(headers),
        signature: provider?.signature(headers),
        secretHeaders: provider?.secretHeaders ?? [],
        secrets: [secret],
    };
    if (provider === undefined) {
        return { ...said, refusal: `webhooks of ${name} are not understood here; choose the provider generic` };
    }
    return provider.verify({ body, headers, secret, now: ports.clock.now() })
        ? { ...said, read: () => read(ports, repository, provider, request) }
        : { ...said, refusal: "the signature is missing or wrong; give the sender this webhook's secret" };
}

function read(
    ports: Receiving,
    repository: RepositoryRecord,
    provider: WebhookProvider,
    request: WebhookDelivery,
): Meaning {
    const { payload, sent, ...parsed } = provider.parse(request);
    const { eventType, repositoryUrls } = parsed;
    const match = async () =>
        matchRepositories(repository, await ports.repositories.list(), repositoryUrls, ports.keysOf);
    return {
        eventType,
        payload,
        sent,
        evaluate: (deliveryId) => evaluateDelivery(ports, repository, parsed, { deliveryId, user: undefined }, match),
    };
}
