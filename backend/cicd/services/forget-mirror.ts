import { mirrorKey } from "../core/git-address.ts";
import type { RepositoryStore } from "../core/git-repository.ts";
import type { Git } from "../core/git.ts";

export interface ForgetPorts {
    readonly repositories: Pick<RepositoryStore, "list">;
    readonly git: Pick<Git, "forget">;
}

/** Deletes the mirror of an address unless a connected stack still uses it. */
export async function forgetMirror(ports: ForgetPorts, url: string): Promise<void> {
    const repositories = await ports.repositories.list();
    if (!repositories.some((repository) => mirrorKey(repository.url) === mirrorKey(url))) {
        await ports.git.forget(url);
    }
}
