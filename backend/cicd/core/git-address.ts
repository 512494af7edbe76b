import { canonicalHost } from "./private-address.ts";

/** `user@host:path`, the user optional, an IPv6 host in brackets. */
const scpForm = /^(?:([^@/\s]+)@)?(\[[^\]\s]+\]|[^:/\s[\]]+):(?!\/\/|:)(.+)$/;
const urlForm = /^[a-z][a-z0-9+.-]*:\/\//i;

/** A git address taken apart. */
export interface GitAddress {
    readonly scheme: string;
    readonly username: string;
    readonly password: string;
    /** In one notation, or as it was given where it is no host. Empty for `file:`. */
    readonly host: string;
    /** Empty where the address has none. */
    readonly port: string;
    /** As given, decoded, with its leading slash if it has one. */
    readonly path: string;
}

/** Takes an address apart: a URL, or `user@host:path`, which is `ssh`. Undefined for what is no address. */
export function parseAddress(address: string): GitAddress | undefined {
    const scp = urlForm.test(address) ? null : scpForm.exec(address);
    if (scp?.[2] !== undefined && scp[3] !== undefined) {
        const host = canonicalHost(scp[2]) ?? scp[2];
        return { scheme: "ssh", username: scp[1] ?? "", password: "", host, port: "", path: scp[3] };
    }
    try {
        const url = new URL(address);
        return {
            scheme: url.protocol.slice(0, -1),
            username: url.username,
            password: url.password,
            host: url.protocol === "file:" ? "" : (canonicalHost(decodeURIComponent(url.hostname)) ?? url.hostname),
            port: url.port,
            path: decodeURIComponent(url.pathname),
        };
    } catch {
        return undefined;
    }
}

/**
 * The part of a repository's address that decides whether two are the same: host (case-insensitive) and path without
 * `.git` and trailing slash, whatever scheme, user or port; for `file:` the path. Undefined for what is no address.
 */
export function addressKey(address: string): string | undefined {
    const parsed = parseAddress(address);
    if (parsed === undefined || !(urlForm.test(address) || scpForm.test(address))) {
        return undefined;
    }
    const path = parsed.path
        .replace(/^\/+/, "")
        .replace(/\/+$/, "")
        .replace(/\.git$/, "")
        .replace(/\/+$/, "");
    return path === "" ? undefined : `${parsed.scheme === "file" ? "file" : parsed.host}/${path}`;
}

/** Whether two addresses name the same repository. */
export function isSameAddress(a: string, b: string): boolean {
    const keyOfA = addressKey(a);
    return keyOfA !== undefined && keyOfA === addressKey(b);
}

/**
 * Whether two addresses share a mirror. Scheme and port count here: another server on the same host must not be able to
 * fill this one's.
 */
export function sharesMirror(a: string, b: string): boolean {
    const [one, other] = [parseAddress(a), parseAddress(b)];
    return isSameAddress(a, b) && one?.scheme === other?.scheme && one?.port === other?.port;
}
