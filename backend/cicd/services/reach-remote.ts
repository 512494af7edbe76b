import { AppError } from "../../../common/errors.ts";
import type { GitAuthType } from "../../../common/schema/git-repository.ts";
import type { Git, GitCall, GitRemote, RemoteRefs } from "../core/git.ts";

const timeoutSeconds = 20;
const shownBranches = 10;

const refusals: Readonly<Record<GitAuthType, string>> = {
    none: "authType: the repository is private or does not exist; check url, or give a token with authType http_token",
    http_token:
        "credentials: the git server refused them; check the token, its expiry and that it may read the repository",
    ssh_key:
        "credentials: the git server refused the SSH key; register its public half there (as a deploy key, reading is " +
        "enough), or give another key",
};

/**
 * Asks a remote for its branches. Throws `invalid` naming the field where address or credentials are refused, and
 * `unavailable` where the remote does not answer within 20 s, `conflict` where an SSH server shows another key than before.
 */
export async function reachRemote(
    git: Git,
    remote: GitRemote,
    signal: AbortSignal,
    onHostKey?: GitCall["onHostKey"],
): Promise<RemoteRefs> {
    try {
        return await git.listRemote(remote, { signal, timeoutSeconds, onHostKey });
    } catch (error) {
        throw asInputError(error, remote);
    }
}

/** Like `reachRemote`; further calls hold the remote to the host key that its server has shown. */
export async function meetRemote<R extends GitRemote>(
    git: Git,
    remote: R,
    signal: AbortSignal,
): Promise<{ readonly refs: RemoteRefs; readonly met: R }> {
    let { hostKey } = remote;
    const refs = await reachRemote(git, remote, signal, (seen) => void (hostKey = seen));
    return { refs, met: { ...remote, hostKey } };
}

/** A refusal by the git server is about the given credentials, not about the caller's login: never a 401. */
function asInputError(error: unknown, remote: GitRemote): unknown {
    if (!(error instanceof AppError) || error.code !== "unauthorized") {
        return error;
    }
    const message = refusals[remote.authType];
    return new AppError("invalid", message, { details: { errorCode: "auth_failed" }, cause: error });
}

/** Throws `invalid` unless the remote has the branch. */
export function checkBranch(branch: string, refs: RemoteRefs): void {
    const names = refs.branches.map(({ name }) => name);
    if (names.includes(branch)) {
        return;
    }
    const shown = names.slice(0, shownBranches).join(", ");
    const wayOut = shown === "" ? "the repository has none yet, push one first" : `use one of: ${shown}`;
    throw new AppError("invalid", `branch: "${branch}" does not exist in the repository; ${wayOut}`, {
        details: { errorCode: "branch_missing" },
    });
}
