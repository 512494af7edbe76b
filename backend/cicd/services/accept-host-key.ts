import { AppError } from "../../../common/errors.ts";
import type { GitRepository } from "../../../common/schema/git-repository.ts";
import { type RepositoryStore, viewRepository } from "../core/git-repository.ts";
import type { Host } from "../core/host.ts";
import { checkOffered } from "../core/offered-host-key.ts";
import type { Ssh } from "../core/ssh.ts";
import { checkAuthType } from "./check-auth-type.ts";

export interface AcceptPorts {
    readonly repositories: RepositoryStore;
    readonly ssh: Pick<Ssh, "readHostKey">;
    readonly host: Pick<Host, "push">;
    readonly baseUrl: string;
}

export interface AcceptCall {
    readonly stack: string;
    /** `SHA256:…` of the key that the user has looked at. */
    readonly fingerprint: string;
    readonly signal: AbortSignal;
}

const timeoutSeconds = 20;

/**
 * Pins another key of a repository's SSH server, provided that it is the one which the server shows now. Throws
 * `not_found`, `conflict` where the server shows another (details as of a changed key), `unavailable` where it shows none.
 */
export async function acceptHostKey(
    ports: AcceptPorts,
    { stack, fingerprint, signal }: AcceptCall,
): Promise<GitRepository> {
    const repository = await ports.repositories.findByStack(stack);
    if (repository === undefined) {
        throw new AppError("not_found", `repository: the stack "${stack}" is not connected to one; connect one first`);
    }
    checkAuthType({ url: repository.url, authType: "ssh_key" });
    const offered = await ports.ssh.readHostKey(repository, { signal, timeoutSeconds });
    checkOffered(offered, { accepted: fingerprint, pinned: repository.hostKeyFingerprint, shownBy: "server" });
    await ports.repositories.pinHostKey(repository.id, offered.key);
    const view = viewRepository((await ports.repositories.find(repository.id)) ?? repository, ports.baseUrl);
    ports.host.push("gitRepositoryUpdate", { stackName: stack, repository: view });
    return view;
}
