import type { RepositoryRecord, RepositoryStore } from "../core/git-repository.ts";
import {
    type ReceiveRegistryPush,
    type RegistryDelivery,
    registryEventType,
    type RegistryWebhooks,
} from "../core/registry-push.ts";
import { type AddressKeys, createAddressKeys, type RealAddress } from "./address-keys.ts";
import type { DecideImagePushPorts } from "./decide-image-push.ts";
import { evaluateImagePush } from "./evaluate-image-push.ts";
import { matchRepositories } from "./match-repositories.ts";
import { type Meaning, receiveDelivery, type ReceiveDeliveryPorts, type Sender } from "./receive-delivery.ts";

export interface ReceiveRegistryPorts extends ReceiveDeliveryPorts, DecideImagePushPorts {
    readonly repositories: Pick<RepositoryStore, "find" | "list">;
    readonly events: ReceiveDeliveryPorts["events"] & DecideImagePushPorts["events"];
    readonly registries: RegistryWebhooks;
    readonly realAddress: RealAddress;
}

type Receiving = ReceiveRegistryPorts & { readonly keysOf: AddressKeys };

const refusal =
    "the signature, the Bearer secret or the token in the address is missing or wrong; " +
    "copy address and secret from the stack's page again";

/** Takes a registry's word that images were pushed. */
export function receiveRegistryPush(given: ReceiveRegistryPorts): ReceiveRegistryPush {
    const ports = { ...given, keysOf: createAddressKeys(given.realAddress) };
    return receiveDelivery(ports, (repository, request: RegistryDelivery) => verify(ports, repository, request));
}

function verify(ports: Receiving, repository: RepositoryRecord, request: RegistryDelivery): Sender {
    const { registries } = ports;
    const hook = { id: repository.id, secret: repository.webhookSecret };
    const said = {
        eventType: registryEventType,
        deliveryId: registries.deliveryId(request.headers),
        signature: registries.signature(request.headers),
        secretHeaders: [],
        // A proxy may have copied the address into a header.
        secrets: [hook.secret, registries.token(hook)],
    };
    return registries.verify(request, hook)
        ? { ...said, read: () => read(ports, repository, request) }
        : { ...said, refusal };
}

function read(ports: Receiving, repository: RepositoryRecord, request: RegistryDelivery): Meaning {
    const parsed = ports.registries.parse(request);
    const match = async () => matchRepositories(repository, await ports.repositories.list(), [], ports.keysOf);
    return {
        eventType: registryEventType,
        deliveryId: "deliveryId" in parsed ? parsed.deliveryId : undefined,
        payload: parsed.payload,
        evaluate: (deliveryId) => evaluateImagePush(ports, repository, parsed, { deliveryId, user: undefined }, match),
    };
}
