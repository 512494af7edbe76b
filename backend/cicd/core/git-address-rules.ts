import { parseAddress, type GitAddress } from "./git-address.ts";
import { hostKind } from "./private-address.ts";

/** What the server's operator, or an admin for one repository, allows beyond public hosts. */
export interface AddressPolicy {
    readonly allowPrivateHost: boolean;
    readonly allowFile: boolean;
}

// Control characters, blanks, backslash and what starts a query or fragment: programs read those in different ways.
const unclear = /[\p{Cc}\p{Cf}\s\\?#]/u;
const remoteSchemes = ["https", "http", "ssh"];

/** Why git must not be pointed at an address, as "reason; way out"; undefined when it may. Needs no network. */
export function whyAddressRefused(address: string, policy: AddressPolicy): string | undefined {
    if (unclear.test(address)) {
        return "it contains blanks, control characters, '\\', '?' or '#'; give the plain address";
    }
    const parsed = parseAddress(address);
    if (parsed === undefined || address.startsWith("-") || /^[a-z0-9+.-]+::/i.test(address)) {
        return "it is no git address; give https://host/path or user@host:path";
    }
    if (parsed.scheme === "file") {
        return whyFileRefused(parsed, address, policy);
    }
    if (!remoteSchemes.includes(parsed.scheme)) {
        return `the scheme '${parsed.scheme}' is not allowed; use https, http or ssh`;
    }
    return whyFormRefused(parsed, address) ?? whyHostRefused(parsed.host, policy);
}

/** Why a host, or what it resolved to, must not be reached; undefined when it may. */
export function whyHostRefused(host: string, policy: Pick<AddressPolicy, "allowPrivateHost">): string | undefined {
    const kind = hostKind(host);
    if (kind === "forbidden") {
        return `${host} is a link-local, metadata or reserved address; give the repository's own host`;
    }
    if (kind !== "public" && !policy.allowPrivateHost) {
        return (
            `${host} is a ${kind} address; an admin can allow it for this repository (allowPrivateHost), ` +
            "or for all with CICD_ALLOW_PRIVATE_GIT_HOSTS=true"
        );
    }
    return undefined;
}

function whyFileRefused(parsed: GitAddress, address: string, policy: AddressPolicy): string | undefined {
    if (!policy.allowFile) {
        return "file:// addresses are switched off; use https, http or ssh, or set CICD_ALLOW_FILE_GIT=true";
    }
    return /^file:\/\/\/[^/]/i.test(address) && parsed.path !== "/"
        ? undefined
        : "a file address is file:///absolute/path; give it in this form";
}

function whyFormRefused(parsed: GitAddress, address: string): string | undefined {
    const isUrl = address.includes("://");
    if (parsed.password !== "" || (parsed.username !== "" && parsed.scheme !== "ssh")) {
        return "it contains credentials; give them as username and token instead";
    }
    if (!isUrl && parsed.username === "") {
        return "it has no scheme; give https://host/path or user@host:path";
    }
    if (parsed.username !== "" && !/^[A-Za-z0-9_][A-Za-z0-9._-]*$/.test(parsed.username)) {
        return "its user name is not allowed; use letters, digits, '.', '_' and '-'";
    }
    return (
        whyAuthorityRefused(parsed, authority(address)) ??
        (/^\/*$/.test(parsed.path) ? "it has no path; give the repository's full address" : undefined)
    );
}

function whyAuthorityRefused(parsed: GitAddress, written: string): string | undefined {
    if (parsed.host.startsWith("-") || parsed.path.startsWith("-") || /[%@]/.test(written)) {
        return "its host or path looks like an option or is encoded; give them in plain letters";
    }
    if (written === "") {
        return "it has no host; give https://host/path or user@host:path";
    }
    if (/\p{Cc}/u.test(parsed.path)) {
        return "its path holds an encoded control character; leave that out";
    }
    // Every program has its own way from such letters to the name that is looked up.
    if (/[^\x21-\x7E]/.test(written)) {
        return `its host is not written in ASCII; give it as ${parsed.host}`;
    }
    // It would be looked up under another name than the one that is checked and pinned.
    return /\.(:\d*)?$/.test(written) ? "its host ends with a dot; leave that out" : undefined;
}

/** Host and port as written, without the user. */
function authority(address: string): string {
    const afterScheme = address.replace(/^[a-z][a-z0-9+.-]*:\/\//i, "");
    const end = address.includes("://") ? /\// : /:/;
    const whole = afterScheme.split(end)[0] ?? "";
    return whole.slice(whole.indexOf("@") + 1);
}
