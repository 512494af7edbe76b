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
    const path = withoutTrailing(withoutTrailing(parsed.path.replace(/^\/+/, "")).replace(/\.git$/, ""));
    return path === "" ? undefined : `${parsed.scheme === "file" ? "file" : parsed.host}/${path}`;
}

/** The look back keeps it from trying every slash of a long row that does not end the path. */
function withoutTrailing(path: string): string {
    return path.replace(/(?<!\/)\/+$/, "");
}

/** Whether two addresses name the same repository. */
export function isSameAddress(a: string, b: string): boolean {
    const keyOfA = addressKey(a);
    return keyOfA !== undefined && keyOfA === addressKey(b);
}

/**
 * The part of an address that decides whether two share a mirror. Scheme and port count here, unlike in `addressKey`:
 * another server on the same host must not be able to fill this one's. Over SSH also the user, and whether the path
 * begins at their home.
 */
export function mirrorKey(address: string): string {
    const parsed = parseAddress(address);
    const login = parsed?.scheme === "ssh" ? `${parsed.username} ${parsed.path.startsWith("/") ? "/" : "~"} ` : "";
    return `${parsed?.scheme ?? ""} ${parsed?.port ?? ""} ${login}${addressKey(address) ?? address}`;
}
