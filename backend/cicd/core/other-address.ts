import { parseAddress } from "./git-address.ts";

/** The same repository's address over SSH, as the large forges have it; an example where it cannot be told. */
export function sshAddress(url: string): string {
    const place = placeOf(url);
    return place === undefined ? "git@host:path" : `git@${place.host}:${place.path}`;
}

/** The same repository's address over HTTPS; an example where it cannot be told. */
export function httpsAddress(url: string): string {
    const place = placeOf(url);
    return place === undefined ? "https://host/path" : `https://${place.host}/${place.path}`;
}

function placeOf(url: string): { readonly host: string; readonly path: string } | undefined {
    const parsed = parseAddress(url);
    const path = parsed?.path.replace(/^\/+/, "") ?? "";
    return parsed === undefined || parsed.host === "" || path === "" ? undefined : { host: parsed.host, path };
}
