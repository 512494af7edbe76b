import { AppError } from "../../../common/errors.ts";
import type { GitCredentials } from "../../../common/schema/git-repository.ts";
import type { RepositoryRecord } from "../core/git-repository.ts";
import type { Ssh } from "../core/ssh.ts";

export interface KeyRequest {
    readonly stack: string;
    readonly authType: RepositoryRecord["authType"];
    /** What `mergeCredentials` answered. */
    readonly credentials?: GitCredentials | undefined;
    readonly stored: RepositoryRecord | undefined;
    readonly signal: AbortSignal;
}

export interface SettledKey {
    readonly credentials: GitCredentials | undefined;
    readonly publicKey: string | undefined;
    /** Whether it was made just now, so that no server can know it yet. */
    readonly made: boolean;
}

/**
 * The SSH key that a repository is reached with: the stored one, a given one once it has been loaded, else a new pair.
 * Throws `invalid` for a key that cannot be loaded.
 */
export async function settleKey(ssh: Pick<Ssh, "makeKey" | "readKey">, request: KeyRequest): Promise<SettledKey> {
    const { authType, credentials, stored, signal } = request;
    if (authType !== "ssh_key") {
        return { credentials, publicKey: undefined, made: false };
    }
    const comment = `dockge-cicd ${request.stack}`;
    const { privateKey, passphrase } = credentials ?? {};
    if (privateKey === undefined) {
        const { publicKey, ...key } = ssh.makeKey(comment);
        return { credentials: key, publicKey, made: true };
    }
    if (stored?.publicKey !== undefined && isStored(credentials, stored)) {
        return { credentials, publicKey: stored.publicKey, made: false };
    }
    const { publicKey, ...key } = await ssh.readKey({ privateKey, passphrase }, comment, signal);
    return { credentials: key, publicKey, made: false };
}

/** Like `settleKey`, where nothing is saved: throws `invalid` rather than making a key. */
export async function loadKey(
    ssh: Pick<Ssh, "makeKey" | "readKey">,
    request: KeyRequest,
): Promise<GitCredentials | undefined> {
    if (request.authType === "ssh_key" && request.credentials === undefined) {
        throw new AppError(
            "invalid",
            "credentials.privateKey: is missing; paste a private key, or save the repository first so that one is made",
        );
    }
    return (await settleKey(ssh, request)).credentials;
}

function isStored(credentials: GitCredentials | undefined, { credentials: stored }: RepositoryRecord): boolean {
    return credentials?.privateKey === stored?.privateKey && credentials?.passphrase === stored?.passphrase;
}
