/**
 * The address of a client. Behind a trusted proxy it is the last entry of X-Forwarded-For, the one that the proxy
 * itself has added; what stands before it may be made up. A connection that was closed at once has no peer any more: its
 * address is "".
 */
export function clientAddress(peer: string | undefined, forwardedFor: string | undefined, trustProxy: boolean): string {
    const last = forwardedFor?.split(",").at(-1)?.trim();
    return withoutMapping((trustProxy && last ? last : peer) ?? "");
}

/** The key under which an address is counted: an IPv6 client may use its whole /64. */
export function addressKey(address: string): string {
    if (!address.includes(":")) {
        return address;
    }
    const [head = "", tail] = address.split("%")[0]?.split("::") ?? [];
    const front = head === "" ? [] : head.split(":");
    const back = tail === undefined || tail === "" ? [] : tail.split(":");
    const zeros = new Array<string>(Math.max(0, 8 - front.length - back.length)).fill("0");
    return [...front, ...zeros, ...back].slice(0, 4).join(":");
}

/** Whether a server that listens on this name is reached from its own machine only. */
export function isLoopbackName(hostname: string | undefined): boolean {
    return hostname !== undefined && /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/i.test(hostname);
}

function withoutMapping(address: string): string {
    return address.replace(/^::ffff:(?=\d+\.)/i, "");
}
