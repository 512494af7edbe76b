import { AppError } from "../../../common/errors.ts";
import type { GitAuthType, GitCredentials, GitProvider } from "../../../common/schema/git-repository.ts";
import { isSameAddress } from "../core/git-address.ts";
import type { RepositoryRecord, RepositoryStore } from "../core/git-repository.ts";
import type { Git, GitRemote } from "../core/git.ts";
import type { Caller } from "../core/host.ts";
import type { Ssh } from "../core/ssh.ts";
import { checkAuthType } from "./check-auth-type.ts";
import { checkPrivateHost } from "./check-private-host.ts";
import type { DeployKeys } from "./deploy-keys.ts";
import { guessProvider } from "./guess-provider.ts";
import { mergeCredentials } from "./merge-credentials.ts";
import { keptHostKey } from "./pin-host-key.ts";
import { loadKey } from "./settle-key.ts";

export interface SharedAccessPorts {
    readonly repositories: Pick<RepositoryStore, "findByStack">;
    readonly git: Pick<Git, "checkAddress">;
    readonly ssh: Pick<Ssh, "makeKey" | "readKey">;
    readonly deployKeys: Pick<DeployKeys, "find">;
}

/** How somebody wants to reach a repository that is not any one stack's. */
interface WantedAccess {
    readonly url: string;
    readonly authType?: GitAuthType | undefined;
    readonly credentials?: GitCredentials | null | undefined;
    readonly provider?: GitProvider | undefined;
    readonly allowPrivateHost?: boolean | undefined;
    /** A key that was made for this, in the place of credentials. */
    readonly keyId?: string | undefined;
    /** A connected stack, whose stored access is used where it is for the same server. */
    readonly fromStack?: string | undefined;
}

/**
 * The access to use: what is given, else that of another stack. Throws `not_found` where that is not connected,
 * `forbidden` for a private address that only an admin may allow, `invalid` for an address that is refused and where
 * credentials are missing, or the key is not kept any more.
 */
export async function sharedAccess(
    ports: SharedAccessPorts,
    wanted: WantedAccess,
    caller: Caller,
    signal: AbortSignal,
): Promise<GitRemote> {
    const stored = await findStored(ports, wanted.fromStack);
    const { url, keyId, provider = guessProvider(url) } = wanted;
    const made = keyId === undefined ? undefined : ports.deployKeys.find(keyId, caller);
    const authType = made === undefined ? (wanted.authType ?? stored?.authType ?? "none") : "ssh_key";
    const allowPrivateHost =
        wanted.allowPrivateHost ?? (stored?.allowPrivateHost === true && isSameAddress(stored.url, url));
    checkPrivateHost({ url, allowPrivateHost }, stored, caller);
    ports.git.checkAddress(url, allowPrivateHost);
    checkAuthType({ url, authType });
    const merged = mergeCredentials({ url, authType, credentials: made ?? wanted.credentials }, stored);
    const stack = wanted.fromStack ?? "";
    const credentials = await loadKey(ports.ssh, { stack, authType, credentials: merged, stored, signal });
    return { url, authType, allowPrivateHost, credentials, provider, hostKey: keptHostKey(url, stored) };
}

async function findStored(
    { repositories }: SharedAccessPorts,
    stack: string | undefined,
): Promise<RepositoryRecord | undefined> {
    const stored = stack === undefined ? undefined : await repositories.findByStack(stack);
    if (stack !== undefined && stored === undefined) {
        throw new AppError(
            "not_found",
            `fromStack: the stack "${stack}" is not connected to a repository; give credentials instead`,
        );
    }
    return stored;
}
