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

/**
 * Asks what the host's name means, and refuses private answers unless they are allowed. Answers the checked addresses
 * as `host:port:address,…`, so that git connects to these and no others; undefined where there is nothing to pin (a
 * file, or an address). Throws AppError `unavailable` for a name that does not resolve.
 */
export async function pinHost(url: string, policy: AddressPolicy, resolve: ResolveHost): Promise<string | undefined> {
    const parsed = parseAddress(url);
    if (parsed === undefined || parsed.host === "" || parsed.host.startsWith("[")) {
        return undefined;
    }
    const addresses = await resolve(parsed.host).catch(() => []);
    if (addresses.length === 0) {
        // Git would look the name up once more, and reach whatever it means by then.
        throw gitFailure(`Could not resolve host: ${parsed.host}`);
    }
    const refused = addresses.find((address) => addressRefused(address, policy));
    if (refused !== undefined) {
        refuseWhere(`${parsed.host} resolves to ${whyHostRefused(bracket(refused), policy) ?? refused}`);
    }
    const port = parsed.port === "" ? { https: "443", http: "80", ssh: "22" }[parsed.scheme] : parsed.port;
    return port === undefined ? undefined : `${parsed.host}:${port}:${addresses.map(bracket).join(",")}`;
}

function addressRefused(address: string, policy: AddressPolicy): boolean {
    const kind = addressKind(address);
    return kind === "forbidden" || (kind !== "public" && !policy.allowPrivateHost);
}

function bracket(address: string): string {
    const plain = address.replace(/%.*$/, "");
    return plain.includes(":") ? `[${plain}]` : plain;
}

function refuseWhere(reason: string | undefined): void {
    if (reason !== undefined) {
        throw new AppError("invalid", `url: ${reason}`, { details: { errorCode: "address_refused" } });
    }
}
