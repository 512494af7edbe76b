import { parseAddress } from "../../core/git-address.ts";
import { hookFailure } from "./failure.ts";

/** Where a repository lies: the server's own address, and the parts of the path. */
export interface Place {
    readonly host: string;
    /** Scheme, host and port of the server's web address. */
    readonly origin: string;
    readonly path: readonly string[];
    readonly overSsh: boolean;
}

/** Names under which the large forges take SSH on the port of HTTPS. */
const sshNames: Readonly<Record<string, string>> = {
    "ssh.github.com": "github.com",
    "altssh.gitlab.com": "gitlab.com",
    "altssh.bitbucket.org": "bitbucket.org",
};

/** Takes a repository's git address apart; over SSH the web address is HTTPS at the same host. Throws `hook_not_found`. */
export function placeOf(url: string): Place {
    const parsed = parseAddress(url);
    const parts = (parsed?.path ?? "").split("/").filter((part) => part !== "");
    const path = parts.map((part, index) => (index === parts.length - 1 ? part.replace(/\.git$/, "") : part));
    const odd = path.some((part) => part === "" || part === "." || part === "..");
    if (parsed === undefined || parsed.host === "" || path.length < 2 || odd) {
        throw hookFailure("hook_not_found", "url: it does not name a repository at a provider; check the address");
    }
    const overSsh = parsed.scheme === "ssh";
    const host = sshNames[parsed.host] ?? parsed.host;
    const port = overSsh || parsed.port === "" ? "" : `:${parsed.port}`;
    return { host, origin: `${overSsh ? "https" : parsed.scheme}://${host}${port}`, path, overSsh };
}

/** An address below a base, each part encoded. */
export function apiUrl(base: string, parts: readonly string[], query: Readonly<Record<string, string>> = {}): URL {
    const url = new URL(`${base}/${parts.map(encodeURIComponent).join("/")}`);
    for (const [name, value] of Object.entries(query)) {
        url.searchParams.set(name, value);
    }
    return url;
}

/** The last two parts of a path, and what the server puts before all of them (where it lies in a subfolder). */
export function ownerAndName({ path }: Place): {
    readonly prefix: string;
    readonly owner: string;
    readonly name: string;
} {
    const [owner = "", name = ""] = path.slice(-2);
    const prefix = path
        .slice(0, -2)
        .map((part) => `/${encodeURIComponent(part)}`)
        .join("");
    return { prefix, owner, name };
}
