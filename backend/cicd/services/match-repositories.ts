import { addressKey } from "../core/git-address.ts";
import type { RepositoryRecord } from "../core/git-repository.ts";
import type { AddressKeys } from "./address-keys.ts";

/** Why a body is not about this repository; undefined when it is, or names none. */
export async function whyOtherRepository(
    repository: RepositoryRecord,
    bodyUrls: readonly string[],
    keysOf: AddressKeys,
): Promise<string | undefined> {
    const given = await keysOf(bodyUrls);
    if (given.length === 0 || (await namesRepository(repository, new Set(given), keysOf))) {
        return undefined;
    }
    const named = bodyUrls.find((url) => addressKey(url) !== undefined) ?? "";
    return `the body is about ${named}, this stack is connected to ${repository.url}; give the other as an alias if both are the same`;
}

/** Every repository that is connected to the same address as the hook's own, that one first. */
export async function matchRepositories(
    hook: RepositoryRecord,
    all: readonly RepositoryRecord[],
    bodyUrls: readonly string[],
    keysOf: AddressKeys,
): Promise<readonly RepositoryRecord[]> {
    const given = new Set(await keysOf([hook.url, ...bodyUrls]));
    const matched: RepositoryRecord[] = [hook];
    for (const repository of all) {
        if (repository.id !== hook.id && (await namesRepository(repository, given, keysOf))) {
            matched.push(repository);
        }
    }
    return matched;
}

async function namesRepository(
    { url, aliases }: RepositoryRecord,
    given: ReadonlySet<string>,
    keysOf: AddressKeys,
): Promise<boolean> {
    return (await keysOf([url, ...aliases])).some((key) => given.has(key));
}
