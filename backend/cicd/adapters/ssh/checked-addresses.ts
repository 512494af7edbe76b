import { lookup } from "node:dns/promises";
import { AppError } from "../../../../common/errors.ts";
import { addressKind, hostKind, type HostKind } from "../../core/private-address.ts";

/** All addresses of a host's name. */
export type ResolveHost = (host: string) => Promise<readonly string[]>;

export async function resolveHost(host: string): Promise<readonly string[]> {
    return (await lookup(host, { all: true })).map(({ address }) => address);
}

export interface CheckedHost {
    readonly host: string;
    readonly allowPrivateHost: boolean;
}

/**
 * The addresses of a host, checked: it is these that are connected to, because a name may mean something else a moment
 * later. Throws AppError `invalid` for addresses that must not be reached, `unavailable` for a name that means nothing.
 */
export async function checkedAddresses(
    { host, allowPrivateHost }: CheckedHost,
    resolve: ResolveHost = resolveHost,
): Promise<readonly string[]> {
    refuse(host, host, hostKind(host), allowPrivateHost);
    const addresses = host.startsWith("[") ? [host.slice(1, -1)] : await resolve(host).catch(() => []);
    if (addresses.length === 0) {
        throw new AppError("unavailable", `host: ${host} is not known to this machine's name service; check the name`, {
            details: { errorCode: "remote_unavailable" },
        });
    }
    for (const address of addresses) {
        refuse(host, address, addressKind(address), allowPrivateHost);
    }
    return addresses;
}

function refuse(host: string, address: string, kind: HostKind, allowPrivateHost: boolean): void {
    if (kind === "public" || (kind !== "forbidden" && allowPrivateHost)) {
        return;
    }
    const meaning = address === host ? host : `${host} (${address})`;
    const reason =
        kind === "forbidden"
            ? `${meaning} is a link-local or reserved address, which is never connected to`
            : `${meaning} is in a ${kind} network; set allowPrivateHost if that is meant`;
    throw new AppError("invalid", `host: ${reason}`, { details: { errorCode: "address_refused" } });
}
