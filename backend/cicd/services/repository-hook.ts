import { AppError, errorMessage } from "../../../common/errors.ts";
import { HookProblem, type HookAccess, type RepositoryHook } from "../../../common/schema/repository-hook.ts";
import { isSameAddress } from "../core/git-address.ts";
import { viewRepository, type RepositoryRecord, type RepositoryStore } from "../core/git-repository.ts";
import type { HookApi, HookApis, HookTarget, ProviderHook } from "../core/hook-api.ts";

export interface RepositoryHookPorts {
    readonly repositories: Pick<RepositoryStore, "findByStack" | "list">;
    readonly hookApis: HookApis;
    readonly baseUrl: string;
}

export interface HookCall {
    readonly stack: string;
    /** A token for this call alone; without it the repository's stored one is used. */
    readonly access?: HookAccess | undefined;
    readonly signal: AbortSignal;
}

/** A hook that was found at the provider, and whose it is. */
interface FoundHook {
    readonly hook: ProviderHook;
    readonly repository: RepositoryRecord;
}

/** Everything that is needed to ask the provider about a stack's hook. */
interface Provider {
    readonly api: HookApi;
    readonly target: HookTarget;
    find(): Promise<FoundHook | undefined>;
}

/**
 * Asks the provider whether the repository's hook is there. What the provider refuses is part of the answer. Throws
 * `not_found` where the stack is not connected.
 */
export async function findRepositoryHook(ports: RepositoryHookPorts, call: HookCall): Promise<RepositoryHook> {
    const repository = await requireRepository(ports, call.stack);
    if (!ports.hookApis.has(repository.provider)) {
        return { supported: false, installed: false };
    }
    try {
        const found = await openProvider(ports, repository, call).find();
        return found === undefined ? { supported: true, installed: false } : viewHook(ports, found);
    } catch (error) {
        const problemCode = problemOf(error);
        if (problemCode === undefined) {
            throw error;
        }
        return { supported: true, installed: false, problem: errorMessage(error), problemCode };
    }
}

/**
 * Makes the hook at the provider; one that is there gets today's address, secret and events. Throws `not_found` where
 * the stack is not connected, `invalid` or `unavailable` with what the provider had against it.
 */
export async function createRepositoryHook(ports: RepositoryHookPorts, call: HookCall): Promise<RepositoryHook> {
    const own = await requireRepository(ports, call.stack);
    const { api, target, find } = openProvider(ports, own, call);
    const found = await find();
    const repository = found?.repository ?? own;
    const wanted = { url: webhookUrl(ports, repository), secret: repository.webhookSecret };
    const hook =
        found === undefined
            ? await api.create(target, wanted, call.signal)
            : await api.update(target, found.hook.id, wanted, call.signal);
    return viewHook(ports, { hook, repository });
}

/** Removes the hook at the provider; fine where there is none. Throws as `createRepositoryHook`. */
export async function removeRepositoryHook(ports: RepositoryHookPorts, call: HookCall): Promise<RepositoryHook> {
    const { api, target, find } = openProvider(ports, await requireRepository(ports, call.stack), call);
    const found = await find();
    if (found !== undefined) {
        await api.remove(target, found.hook.id, call.signal);
    }
    return { supported: true, installed: false };
}

function openProvider(ports: RepositoryHookPorts, repository: RepositoryRecord, call: HookCall): Provider {
    const api = ports.hookApis.get(repository.provider);
    if (api === undefined) {
        throw new AppError(
            "invalid",
            `provider: webhooks of ${repository.provider} cannot be made from here; make it there by hand`,
        );
    }
    const { url, allowPrivateHost } = repository;
    const target = { url, allowPrivateHost, credentials: credentialsOf(repository, call.access) };
    return { api, target, find: () => findOurs(ports, api, target, repository, call.signal) };
}

/** One hook serves every stack of its repository: that of another stack counts, the stack's own first. */
async function findOurs(
    ports: RepositoryHookPorts,
    api: HookApi,
    target: HookTarget,
    own: RepositoryRecord,
    signal: AbortSignal,
): Promise<FoundHook | undefined> {
    const others = (await ports.repositories.list()).filter(
        ({ id, provider, url }) => id !== own.id && provider === own.provider && isSameAddress(url, own.url),
    );
    const all = [own, ...others];
    const owner = (url: string) => all.find(({ id }) => hookIdIn(url) === id);
    const found = (await api.find(target, (url) => owner(url) !== undefined, signal)).flatMap((hook) => {
        const repository = owner(hook.url);
        return repository === undefined ? [] : [{ hook, repository }];
    });
    return found.find(({ repository }) => repository.id === own.id) ?? found[0];
}

/** The id in a webhook's address, whatever this server was called when it was set up. */
function hookIdIn(url: string): string | undefined {
    return /\/api\/webhooks\/(?:(?:github|gitlab|bitbucket|gitea|generic)\/)?([^/?#]+)\/?$/.exec(url)?.[1];
}

function credentialsOf(
    { authType, credentials }: RepositoryRecord,
    access: HookAccess | undefined,
): HookTarget["credentials"] {
    if (access?.token !== undefined) {
        return { token: access.token, username: access.username };
    }
    if (authType === "http_token" && credentials?.token !== undefined) {
        return { token: credentials.token, username: credentials.username };
    }
    const has = authType === "ssh_key" ? "an SSH key opens no API" : "the repository has no token";
    throw new AppError("invalid", `token: ${has}; give a token for this once (it is not kept)`, {
        details: { errorCode: "hook_no_token" satisfies HookProblem },
    });
}

function viewHook(ports: RepositoryHookPorts, { hook, repository }: FoundHook): RepositoryHook {
    const { url, active, lastStatus } = hook;
    return {
        supported: true,
        installed: true,
        active,
        url,
        current: url === webhookUrl(ports, repository),
        stack: repository.stackId,
        lastStatus,
    };
}

function webhookUrl({ baseUrl }: RepositoryHookPorts, repository: RepositoryRecord): string {
    return viewRepository(repository, baseUrl).webhookUrl;
}

function problemOf(error: unknown): HookProblem | undefined {
    if (!(error instanceof AppError) || typeof error.details !== "object" || error.details === null) {
        return undefined;
    }
    const code = "errorCode" in error.details ? HookProblem.safeParse(error.details.errorCode) : undefined;
    return code?.data;
}

async function requireRepository(ports: RepositoryHookPorts, stack: string): Promise<RepositoryRecord> {
    const repository = await ports.repositories.findByStack(stack);
    if (repository === undefined) {
        throw new AppError("not_found", `repository: the stack "${stack}" is not connected to one; connect one first`);
    }
    return repository;
}
