import { isMap, isScalar, isSeq, parseDocument } from "yaml";

/** A network of a stack, and which of its services are in it. */
export interface StackNetwork {
    readonly name: string;
    /** It is not the stack's own: somebody else makes it. */
    readonly external: boolean;
    /** The name that the engine knows it by, where that can be told. */
    readonly engineName: string;
    readonly services: readonly string[];
}

/** The networks that a compose file's services use; those that name none are in `default`. */
export function stackNetworks(stack: string, text: string): readonly StackNetwork[] {
    const document = parseDocument(text, { prettyErrors: false });
    const services = document.get("services");
    const declared = document.get("networks");
    if (document.errors.length > 0 || !isMap(services)) {
        return [];
    }
    const users = new Map<string, string[]>();
    for (const { key, value } of services.items) {
        for (const network of networksOf(value)) {
            users.set(network, [...(users.get(network) ?? []), isScalar(key) ? String(key.value) : ""]);
        }
    }
    return Array.from(users, ([name, used]) => {
        const node = isMap(declared) ? declared.get(name) : undefined;
        const external = isMap(node) && node.get("external") === true;
        const given = isMap(node) ? node.get("name") : undefined;
        const usual = external ? name : `${stack}_${name}`;
        return { name, external, engineName: typeof given === "string" ? given : usual, services: used };
    });
}

function networksOf(service: unknown): readonly string[] {
    if (!isMap(service) || service.has("network_mode")) {
        return [];
    }
    const networks = service.get("networks");
    if (isSeq(networks)) {
        return networks.items.flatMap((item) => (isScalar(item) ? [String(item.value)] : []));
    }
    return isMap(networks)
        ? networks.items.flatMap(({ key }) => (isScalar(key) ? [String(key.value)] : []))
        : ["default"];
}
