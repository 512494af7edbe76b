import type { NewRepository, RepositoryRecord } from "../core/git-repository.ts";

/** Whether a remote would only say again what it said before: it was fetched from, and is reached as it was then. */
export function isReached(wanted: NewRepository, stored: RepositoryRecord | undefined): boolean {
    if (stored?.lastSyncedAt === undefined) {
        return false;
    }
    const isUnpinned = wanted.authType === "ssh_key" && wanted.hostKey === undefined;
    return !isUnpinned && accessOf(wanted) === accessOf(stored);
}

function accessOf({ url, branch, authType, provider, allowPrivateHost, hostKey, credentials }: NewRepository): string {
    const { username, token, privateKey, passphrase } = credentials ?? {};
    const secrets = [username, token, privateKey, passphrase];
    return JSON.stringify([url, branch, authType, provider, allowPrivateHost, hostKey, ...secrets]);
}
