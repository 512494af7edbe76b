import { readImageReference } from "./image-reference.ts";
import { hostKind } from "./private-address.ts";

/** Where images go: the registry's host with its port, and what stands before their names; "" for nothing. */
export interface RegistryAddress {
    readonly host: string;
    readonly prefix: string;
}

/** Reads `host[:port][/prefix]`, or tells why it is none, as "reason; way out". */
export function readRegistryAddress(text: string): RegistryAddress | { readonly refused: string } {
    if (/^http:\/\//i.test(text)) {
        return { refused: "is given without a scheme; leave http:// out, and say insecure where it has no TLS" };
    }
    const plain = text
        .replace(/^https:\/\//i, "")
        .replace(/\/+$/, "")
        .toLowerCase();
    const [host = ""] = plain.split("/", 1);
    if (host !== "localhost" && !/[.:]/.test(host)) {
        return { refused: `Docker takes "${host}" for a name on Docker Hub; give host and port, such as ${host}:443` };
    }
    // What is asked for is where an image of it would lie.
    const image = readImageReference(`${plain.replace(/\/v[12]$/, "")}/image`);
    if (image?.tag !== "latest" || image.digest !== undefined) {
        return { refused: "is no registry's address; give host[:port][/prefix], such as ghcr.io/acme" };
    }
    const prefix = image.repository.replace(/\/?image$/, "");
    if (image.host === "docker.io" && prefix === "library") {
        return { refused: "on Docker Hub images need a namespace; give docker.io/<your user or organisation>" };
    }
    return { host: image.host, prefix };
}

/** The one form of an address, for storing and showing. */
export function writeRegistryAddress({ host, prefix }: RegistryAddress): string {
    return prefix === "" ? host : `${host}/${prefix}`;
}

/** A stored address. */
export function storedAddress(url: string): RegistryAddress {
    const slash = url.indexOf("/");
    return slash === -1 ? { host: url, prefix: "" } : { host: url.slice(0, slash), prefix: url.slice(slash + 1) };
}

/** Why a registry's host, or what it resolved to, must not be reached, as "reason; way out"; undefined when it may. */
export function whyRegistryHostRefused(host: string, allowPrivateHost: boolean): string | undefined {
    const kind = hostKind(host);
    if (kind === "forbidden") {
        return `${host} is a link-local, metadata or reserved address; give the registry's own host`;
    }
    return kind === "public" || allowPrivateHost
        ? undefined
        : `${host} is a ${kind} address; allow it with allowPrivateHost where it is meant`;
}

/** Whether the engine goes there without TLS, unasked: Docker trusts every registry of its own machine. */
export function isOwnMachine(host: string): boolean {
    return hostKind(host) === "loopback";
}

/** The names under which Docker keeps a host's login. */
export function loginKeys(host: string): readonly string[] {
    return host === "docker.io" ? ["https://index.docker.io/v1/", host] : [host];
}
