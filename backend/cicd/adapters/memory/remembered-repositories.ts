import type { RepositoryRecord, RepositoryStore } from "../../core/git-repository.ts";
import { createMemory } from "./remember.ts";

/**
 * The same store, which remembers what it has read: every delivery asks for its repository and for all others, and each
 * answer costs a query and a decryption. One server owns the data directory, so that nobody else writes.
 */
export function rememberRepositories(repositories: RepositoryStore): RepositoryStore {
    const byId = new Map<string, RepositoryRecord>();
    const byStack = new Map<string, RepositoryRecord>();
    const lists = new Map<string, readonly RepositoryRecord[]>();
    const { recall, forgetting } = createMemory([byId, byStack, lists]);

    return {
        find: (id) => recall(byId, id, () => repositories.find(id)),
        findByStack: (stackId) => recall(byStack, stackId, () => repositories.findByStack(stackId)),
        list: async () => (await recall(lists, "all", () => repositories.list())) ?? [],
        save: (repository) => forgetting(() => repositories.save(repository)),
        markSynced: (id, commit) => forgetting(() => repositories.markSynced(id, commit)),
        markPolled: (id, result) => forgetting(() => repositories.markPolled(id, result)),
        pinHostKey: (id, hostKey) => forgetting(() => repositories.pinHostKey(id, hostKey)),
        delete: (stackId) => forgetting(() => repositories.delete(stackId)),
    };
}
