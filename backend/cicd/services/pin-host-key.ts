import type { RepositoryRecord, RepositoryStore } from "../core/git-repository.ts";
import { isSameServer } from "../core/same-server.ts";

/** For `GitCall.onHostKey`: pins the key that a repository's SSH server shows at first sight. */
export function pinFirstKey(
    repositories: Pick<RepositoryStore, "pinHostKey">,
    { id }: Pick<RepositoryRecord, "id">,
): (hostKey: string) => Promise<void> {
    return (hostKey) => repositories.pinHostKey(id, hostKey);
}

/** The pinned key, as long as the address leads to the server that it was seen at. */
export function keptHostKey(
    url: string,
    stored: Pick<RepositoryRecord, "url" | "hostKey"> | undefined,
): string | undefined {
    return stored !== undefined && isSameServer(stored.url, url) ? stored.hostKey : undefined;
}
