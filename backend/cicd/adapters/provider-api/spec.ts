import type { HookTarget, ProviderHook, WantedHook } from "../../core/hook-api.ts";
import type { ProviderWords } from "./answers.ts";
import type { ApiAnswer } from "./send.ts";

/** A page of a provider's list, and the query of the next one. */
export interface HookPage {
    readonly hooks: readonly ProviderHook[];
    readonly next?: Readonly<Record<string, string>> | undefined;
}

/** What is particular to one provider's API. */
export interface ProviderSpec {
    readonly words: ProviderWords;
    readonly headers: (credentials: HookTarget["credentials"]) => Readonly<Record<string, string>>;
    /** The repository's own address in the API. */
    readonly repository: URL;
    /** What its hooks are called below that. */
    readonly hooks: "hooks" | "webhooks";
    readonly firstPage: Readonly<Record<string, string>>;
    /** `seen`: how many hooks the pages before held. Throws `hook_unexpected`. */
    readonly readPage: (answer: ApiAnswer, page: number, seen: number) => HookPage;
    /** One hook, as creating and changing answer it. Throws `hook_unexpected`. */
    readonly readHook: (answer: ApiAnswer) => ProviderHook;
    /** What creates such a hook; the later ones are tried where the server refuses the first. */
    readonly bodies: (wanted: WantedHook) => readonly [object, ...object[]];
    /** How a hook is changed; `replace` where the provider keeps the old secret then: a new one, then the old one goes. */
    readonly change: "PUT" | "PATCH" | "replace";
}
