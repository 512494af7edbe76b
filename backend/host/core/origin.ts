/** The headers that tell where a request comes from and goes to. */
export interface OriginHeaders {
    readonly origin: string | undefined;
    readonly host: string | undefined;
    readonly forwardedHost: string | undefined;
}

/**
 * Whether a page at this origin may talk to the server: its host is the one that was asked for, or the configured
 * public address; behind a trusted proxy also the forwarded host. Programs send no Origin and are let through.
 */
export function isOwnOrigin(headers: OriginHeaders, baseUrl: string | undefined, trustProxy: boolean): boolean {
    if (headers.origin === undefined) {
        return true;
    }
    const host = URL.canParse(headers.origin) ? new URL(headers.origin).host : "";
    const publicHost = baseUrl === undefined ? undefined : new URL(baseUrl).host;
    const own = [headers.host, publicHost, trustProxy ? headers.forwardedHost : undefined];
    return host !== "" && own.some((name) => name?.toLowerCase() === host.toLowerCase());
}
