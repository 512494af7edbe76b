import type { GitAuthType } from "../../../common/schema/git-repository.ts";

/** A remote's place, whatever the scheme. */
interface Place {
    readonly host: string;
    readonly path: string;
}

const scpForm = /^(?:[^@/\s]+@)?(\[[^\]\s]+\]|[^:/\s[\]]+):(?!\/\/|:)\/*(.+)$/;
const urlForm = /^(https?|ssh):\/\/(?:[^@/]*@)?(\[[^\]\s]+\]|[^:/\s[\]]+)(?::\d+)?\/+(.+)$/i;

/** How an address is reached: by SSH, by HTTP, or otherwise (a file, or no address yet). */
export function schemeOf(url: string): "ssh" | "http" | "other" {
    const text = url.trim();
    if (/^ssh:\/\//i.test(text)) {
        return "ssh";
    }
    if (/^https?:\/\//i.test(text)) {
        return "http";
    }
    return !/^[a-z][a-z0-9+.-]*:\/\//i.test(text) && scpForm.test(text) ? "ssh" : "other";
}

/** The same repository over SSH, as the large forges have it. Undefined where it cannot be told. */
export function sshAddress(url: string): string | undefined {
    const place = placeOf(url);
    return place && `git@${place.host}:${place.path}`;
}

/** The same repository over HTTPS. Undefined where it cannot be told. */
export function httpsAddress(url: string): string | undefined {
    const place = placeOf(url);
    return place && `https://${place.host}/${place.path}`;
}

/** The address that a kind of access needs in the place of this one; undefined where this one does. */
export function fittingAddress(url: string, authType: GitAuthType): string | undefined {
    const scheme = schemeOf(url);
    if (authType === "ssh_key" && scheme === "http") {
        return sshAddress(url);
    }
    return authType !== "ssh_key" && scheme === "ssh" ? httpsAddress(url) : undefined;
}

function placeOf(url: string): Place | undefined {
    const text = url.trim();
    const asUrl = urlForm.exec(text);
    if (asUrl !== null) {
        return { host: asUrl[2] ?? "", path: asUrl[3] ?? "" };
    }
    const asScp = schemeOf(text) === "ssh" ? scpForm.exec(text) : null;
    return asScp === null ? undefined : { host: asScp[1] ?? "", path: asScp[2] ?? "" };
}
