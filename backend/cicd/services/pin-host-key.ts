import { AppError } from "../../../common/errors.ts";
import type { RepositoryRecord, RepositoryStore } from "../core/git-repository.ts";
import { isSameServer } from "../core/same-server.ts";

/**
 * For `GitCall.onHostKey`: pins the key that a repository's SSH server shows at first sight, unless the repository is at
 * another server by now. Throws `conflict` where another key was pinned meanwhile.
 */
export function pinFirstKey(
    repositories: Pick<RepositoryStore, "find" | "pinHostKey">,
    { id, url }: Pick<RepositoryRecord, "id" | "url">,
): (hostKey: string) => Promise<void> {
    return async (hostKey) => {
        const now = await repositories.find(id);
        if (now === undefined || !isSameServer(url, now.url)) {
            return;
        }
        if (now.hostKey !== undefined && now.hostKey !== hostKey) {
            throw new AppError(
                "conflict",
                "url: the SSH server has shown two keys within one moment; try again to see both, and compare them with " +
                    "what the server's owner publishes",
                { details: { errorCode: "host_key_changed" } },
            );
        }
        await repositories.pinHostKey(id, hostKey);
    };
}

/** A repository with the key that was pinned since it was read: whoever goes on asking its server holds it to that. */
export async function withPinnedKey(
    repositories: Pick<RepositoryStore, "find">,
    repository: RepositoryRecord,
): Promise<RepositoryRecord> {
    if (repository.authType !== "ssh_key" || repository.hostKey !== undefined) {
        return repository;
    }
    const now = await repositories.find(repository.id);
    return { ...repository, hostKey: keptHostKey(repository.url, now) };
}

/** The pinned key, as long as the address leads to the server that it was seen at. */
export function keptHostKey(
    url: string,
    stored: Pick<RepositoryRecord, "url" | "hostKey"> | undefined,
): string | undefined {
    return stored !== undefined && isSameServer(stored.url, url) ? stored.hostKey : undefined;
}
