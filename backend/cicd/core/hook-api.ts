import type { GitProvider } from "../../../common/schema/git-repository.ts";

/** A repository at its provider, and what opens the provider's API. */
export interface HookTarget {
    /** The repository's git address: the API's host is derived from it. */
    readonly url: string;
    readonly allowPrivateHost: boolean;
    readonly credentials: { readonly username?: string | undefined; readonly token: string };
}

/** What a webhook shall be. */
export interface WantedHook {
    readonly url: string;
    readonly secret: string;
}

/** A webhook as the provider tells of it. */
export interface ProviderHook {
    readonly id: string;
    readonly url: string;
    /** Whether the provider sends pushes to it. */
    readonly active: boolean;
    /** What came of the newest delivery, in the provider's words, where it tells. */
    readonly lastStatus?: string | undefined;
}

/**
 * The webhooks of repositories at one provider. Every method throws AppError with details `{ errorCode }`, a
 * `HookProblem`; the message says in words what to do. Never follows redirects, verifies TLS, answers within 30 s.
 */
export interface HookApi {
    /** The hooks whose address is ours. */
    find(target: HookTarget, isOurs: (url: string) => boolean, signal: AbortSignal): Promise<readonly ProviderHook[]>;
    /** Creates a hook for pushes of branches and tags, sent as JSON and signed with the secret. */
    create(target: HookTarget, wanted: WantedHook, signal: AbortSignal): Promise<ProviderHook>;
    /** Gives a hook this address, secret, events and content type, and switches it on. */
    update(target: HookTarget, id: string, wanted: WantedHook, signal: AbortSignal): Promise<ProviderHook>;
    /** Removes a hook; fine where it is gone. */
    remove(target: HookTarget, id: string, signal: AbortSignal): Promise<void>;
}

/** The providers whose hooks can be managed. */
export type HookApis = ReadonlyMap<GitProvider, HookApi>;
