import { parseAddress } from "../core/git-address.ts";
import type { RepositoryRecord } from "../core/git-repository.ts";

/** One remote that is polled, for all stacks that reach it in the same way. */
export interface PollPlan {
    readonly access: string;
    readonly host: string;
    readonly stacks: readonly string[];
    /** The shortest of its stacks'. */
    readonly intervalSeconds: number;
}

/**
 * What two repositories must share to share a request: the address, and what opens it. A pinned host key is not of it:
 * the first request may be what pins it.
 */
export function accessOf({ url, ...repository }: RepositoryRecord): string {
    const { authType, credentials, publicKey, provider, allowPrivateHost } = repository;
    const address = url.replace(/(?:\.git)?\/*$/, "");
    return JSON.stringify([address, authType, credentials, publicKey, provider, allowPrivateHost]);
}

/** The remotes of all repositories with `autoSync`. */
export function planPolls(repositories: readonly RepositoryRecord[]): readonly PollPlan[] {
    const plans = new Map<string, PollPlan>();
    for (const repository of repositories.filter(({ autoSync }) => autoSync)) {
        const access = accessOf(repository);
        const { stackId: stack, pollIntervalSeconds: interval } = repository;
        const host = parseAddress(repository.url)?.host ?? "";
        const plan = plans.get(access) ?? { stacks: [], intervalSeconds: interval };
        plans.set(access, {
            access,
            host,
            stacks: [...plan.stacks, stack],
            intervalSeconds: Math.min(plan.intervalSeconds, interval),
        });
    }
    return [...plans.values()];
}
