import { parseAddress, type GitAddress } from "../../core/git-address.ts";

export type SubmoduleAddress =
    { readonly ok: true; readonly url: string } | { readonly ok: false; readonly reason: string };

/**
 * Where a submodule is fetched from: an address as `.gitmodules` gives it, seen from the repository that holds it.
 * Always on that repository's own server (scheme, host, port and user), because its credentials are used: of an address
 * in the server's other scheme (`git@host:path` beside `https://host/path`) only the path counts.
 */
export function submoduleAddress(parentUrl: string, written: string): SubmoduleAddress {
    const parent = parseAddress(parentUrl);
    if (parent === undefined) {
        return refused("its repository has no address");
    }
    if (/[\p{Cc}\p{Cf}\s\\?#%]/u.test(written) || written.startsWith("-") || written === "") {
        return refused("it contains blanks, control characters, '\\', '?', '#' or '%', or starts with '-'");
    }
    if (/^\.\.?(?:\/|$)/.test(written)) {
        return relativeAddress(parentUrl, written);
    }
    const target = /^[a-z0-9+.-]+::/i.test(written) ? undefined : parseAddress(written);
    if (target === undefined) {
        return refused("it is no git address");
    }
    return sameServerAddress(parentUrl, parent, target);
}

function sameServerAddress(parentUrl: string, parent: GitAddress, target: GitAddress): SubmoduleAddress {
    if (!["https", "http", "ssh"].includes(target.scheme)) {
        return refused(`the scheme '${target.scheme}' is not allowed`);
    }
    if (target.host !== parent.host || parent.host === "") {
        return refused(`it is on another host (${target.host}) than the repository`);
    }
    if (target.password !== "" || (target.username !== "" && target.scheme !== "ssh")) {
        return refused("it contains credentials");
    }
    if (!isSameServer(parent, target)) {
        return refused("it is on another port or scheme of the host than the repository");
    }
    const path = target.path.replace(/^\/+/, "");
    return isPlainPath(path) ? { ok: true, url: `${originOf(parentUrl)}${path}` } : refused("its path is not plain");
}

/** The other scheme has a port of its own, which says nothing; http and https are two servers. */
function isSameServer(parent: GitAddress, target: GitAddress): boolean {
    if (target.scheme === parent.scheme) {
        return target.port === parent.port;
    }
    return target.port === "" && (isSsh(target) || isSsh(parent));
}

function isSsh({ scheme }: GitAddress): boolean {
    return scheme === "ssh";
}

/** Like git: each leading `../` takes away one folder of the repository's own address. */
function relativeAddress(parentUrl: string, written: string): SubmoduleAddress {
    const origin = originOf(parentUrl);
    const folders = parentUrl.slice(origin.length).replace(/\/+$/, "").split("/");
    let rest = written;
    for (let step = /^(\.\.?)(?:\/+|$)/.exec(rest); step !== null; step = /^(\.\.?)(?:\/+|$)/.exec(rest)) {
        rest = rest.slice(step[0].length);
        if (step[1] === ".." && folders.pop() === undefined) {
            return refused("it leads above the root of its server");
        }
    }
    if (rest === "") {
        return refused("it names no repository");
    }
    const path = [...folders, rest.replace(/\/+$/, "")].join("/");
    return isPlainPath(path) ? { ok: true, url: `${origin}${path}` } : refused("its path is not plain");
}

/** `scheme://user@host:port/` or `user@host:`. */
function originOf(url: string): string {
    return /^(?:[a-z][a-z0-9+.-]*:\/\/[^/]*\/|[^/]*?(?:\[[^\]]*\])?:\/?)/i.exec(url)?.[0] ?? "";
}

function isPlainPath(path: string): boolean {
    const names = path.replace(/\/+$/, "").split("/");
    return path !== "" && names.every((name) => !["", ".", ".."].includes(name) && !name.startsWith("-"));
}

function refused(reason: string): SubmoduleAddress {
    return { ok: false, reason };
}
