import { lookup } from "node:dns/promises";
import { AppError } from "../../../../common/errors.ts";
import { parseAddress } from "../../core/git-address.ts";
import { whyAddressRefused, whyHostRefused, type AddressPolicy } from "../../core/git-address-rules.ts";
import { addressKind } from "../../core/private-address.ts";
import { gitFailure } from "./failures.ts";

/** All addresses of a host's name. */
export type ResolveHost = (host: string) => Promise<readonly string[]>;

export async function resolveHost(host: string): Promise<readonly string[]> {
    return (await lookup(host, { all: true })).map(({ address }) => address);
}

/** Throws AppError `invalid` where git must not be pointed at an address. */
export function checkAddress(url: string, policy: AddressPolicy): void {
    refuseWhere(whyAddressRefused(url, policy));
}

/** A remote's host and the addresses that it was checked to have. */
export interface ResolvedHost {
    readonly host: string;
    readonly port: number;
    /** Who logs in, as the address says; empty where it does not. */
    readonly username: string;
    /** IP addresses, IPv6 without brackets and zone; at least one. */
    readonly addresses: readonly string[];
}

const defaultPorts: Readonly<Record<string, number | undefined>> = { https: 443, http: 80, ssh: 22 };

/**
 * Asks what the host's name means, and refuses private answers unless they are allowed: git is to connect to these
 * addresses and no others. Undefined where there is no host (a file). Throws AppError `unavailable` for a name that
 * does not resolve.
 */
export async function resolveRemote(
    url: string,
    policy: AddressPolicy,
    resolve: ResolveHost,
): Promise<ResolvedHost | undefined> {
    const parsed = parseAddress(url);
    const defaultPort = defaultPorts[parsed?.scheme ?? ""];
    if (parsed === undefined || parsed.host === "" || defaultPort === undefined) {
        return undefined;
    }
    const { host, username } = parsed;
    const addresses = host.startsWith("[") ? [host.slice(1, -1)] : await resolve(host).catch(() => []);
    if (addresses.length === 0) {
        // Git would look the name up once more, and reach whatever it means by then.
        throw gitFailure(`Could not resolve host: ${host}`);
    }
    const refused = addresses.find((address) => addressRefused(address, policy));
    if (refused !== undefined) {
        refuseWhere(`${host} resolves to ${whyHostRefused(bracket(refused), policy) ?? refused}`);
    }
    const port = parsed.port === "" ? defaultPort : Number(parsed.port);
    return { host, port, username, addresses: addresses.map(withoutZone) };
}

/** The checked addresses as curl takes them, `host:port:address,…`; undefined where the host is an address itself. */
export function curlPin(resolved: ResolvedHost | undefined): string | undefined {
    if (resolved === undefined || resolved.host.startsWith("[")) {
        return undefined;
    }
    return `${resolved.host}:${resolved.port}:${resolved.addresses.map(bracket).join(",")}`;
}

function addressRefused(address: string, policy: AddressPolicy): boolean {
    const kind = addressKind(address);
    return kind === "forbidden" || (kind !== "public" && !policy.allowPrivateHost);
}

function withoutZone(address: string): string {
    return address.replace(/%.*$/, "");
}

function bracket(address: string): string {
    const plain = withoutZone(address);
    return plain.includes(":") ? `[${plain}]` : plain;
}

function refuseWhere(reason: string | undefined): void {
    if (reason !== undefined) {
        throw new AppError("invalid", `url: ${reason}`, { details: { errorCode: "address_refused" } });
    }
}
