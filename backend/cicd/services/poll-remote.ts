import { AppError } from "../../../common/errors.ts";
import type { RepositoryRecord } from "../core/git-repository.ts";
import type { Git, RemoteRefs } from "../core/git.ts";
import { followRemote, type FollowPorts, notePollFailure } from "./follow-remote.ts";
import { accessOf, type PollPlan } from "./poll-plans.ts";
import { pinFirstKey } from "./pin-host-key.ts";
import { reachRemote } from "./reach-remote.ts";

export type PollRemotePorts = FollowPorts & { readonly git: Git; readonly onError: (error: unknown) => void };

/** Asks one remote for its refs and lets every stack of its plan follow. Answers whether the remote answered. */
export async function pollRemote(ports: PollRemotePorts, plan: PollPlan, signal: AbortSignal): Promise<boolean> {
    const [first] = await findMembers(ports, plan);
    if (first === undefined) {
        return true;
    }
    const asked = await reachRemote(ports.git, first, signal, pinFirstKey(ports.repositories, first)).then(
        (refs) => ({ refs }),
        (error: unknown) => ({ error }),
    );
    if (signal.aborted) {
        return true;
    }
    // Asking takes its time: who was disconnected or changed meanwhile is left alone.
    for (const member of await findMembers(ports, plan)) {
        await follow(ports, member, asked).catch(ports.onError);
    }
    return "refs" in asked;
}

async function findMembers(ports: PollRemotePorts, plan: PollPlan): Promise<readonly RepositoryRecord[]> {
    const members = await Promise.all(plan.stacks.map((stack) => ports.repositories.findByStack(stack)));
    return members
        .filter((member) => member !== undefined)
        .filter((member) => member.autoSync && accessOf(member) === plan.access);
}

async function follow(
    ports: PollRemotePorts,
    member: RepositoryRecord,
    asked: { readonly refs: RemoteRefs } | { readonly error: unknown },
): Promise<void> {
    try {
        if ("error" in asked) {
            throw asked.error;
        }
        await followRemote(ports, member, asked.refs);
    } catch (error) {
        if (!(error instanceof AppError)) {
            ports.onError(error);
        }
        await notePollFailure(ports, member, error);
    }
}
