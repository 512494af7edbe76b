/**
 * The part of a repository's address that decides whether two are the same: host (case-insensitive) and path without
 * `.git` and trailing slash, whatever scheme, user or port; for `file:` the path. Undefined for what is no address.
 */
export function addressKey(address: string): string | undefined {
    const scp = /^(?:[^@/\s]+@)?([^:/\s]+):(?!\/\/)(.+)$/.exec(address);
    if (scp?.[1] !== undefined && scp[2] !== undefined && !/^[a-z][a-z0-9+.-]*:\/\//i.test(address)) {
        return key(scp[1], scp[2]);
    }
    try {
        const url = new URL(address);
        return key(url.protocol === "file:" ? "file" : url.hostname, decodeURIComponent(url.pathname));
    } catch {
        return undefined;
    }
}

function key(host: string, path: string): string {
    const trimmed = path.replace(/^\/+/, "").replace(/\/+$/, "").replace(/\.git$/, "").replace(/\/+$/, "");
    return `${host.toLowerCase()}/${trimmed}`;
}

/** Whether two addresses name the same repository. */
export function isSameAddress(a: string, b: string): boolean {
    const keyOfA = addressKey(a);
    return keyOfA !== undefined && keyOfA === addressKey(b);
}
