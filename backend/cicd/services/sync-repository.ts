import { AppError } from "../../../common/errors.ts";
import type { Git } from "../core/git.ts";
import type { Caller } from "../core/host.ts";
import { type Followed, followRemote, type FollowPorts, notePollFailure } from "./follow-remote.ts";
import { pinFirstKey } from "./pin-host-key.ts";
import { reachRemote } from "./reach-remote.ts";

export interface SyncCall {
    readonly stack: string;
    readonly caller: Caller;
    readonly signal: AbortSignal;
}

/**
 * Asks a stack's repository for new commits now, as a poll would. Throws `not_found` where the stack is not connected,
 * `invalid` and `unavailable` where the remote cannot be asked.
 */
export async function syncRepository(
    ports: FollowPorts & { readonly git: Git },
    { stack, caller, signal }: SyncCall,
): Promise<Followed> {
    const repository = await ports.repositories.findByStack(stack);
    if (repository === undefined) {
        throw new AppError("not_found", `repository: the stack "${stack}" is not connected to one; connect one first`);
    }
    try {
        const refs = await reachRemote(ports.git, repository, signal, pinFirstKey(ports.repositories, repository));
        return await followRemote(ports, repository, refs, caller.username);
    } catch (error) {
        if (error instanceof AppError && !signal.aborted) {
            await notePollFailure(ports, repository, error);
        }
        throw error;
    }
}
