import { addressKey, isSameAddress } from "../core/git-address.ts";
import type { RepositoryRecord } from "../core/git-repository.ts";

/** The repository's address as one may compare it: of `file:` the real path. */
export type RealAddress = (url: string) => Promise<string>;

/** Why a body is not about this repository; undefined when it is, or names none. */
export async function whyOtherRepository(
    repository: RepositoryRecord,
    bodyUrls: readonly string[],
    realAddress: RealAddress,
): Promise<string | undefined> {
    const named = bodyUrls.filter((url) => addressKey(url) !== undefined);
    if (named.length === 0 || (await namesRepository(repository, named, realAddress))) {
        return undefined;
    }
    return `the body is about ${named[0] ?? ""}, this stack is connected to ${repository.url}; give the other as an alias if both are the same`;
}

/** Every repository that is connected to the same address as the hook's own, that one first. */
export async function matchRepositories(
    hook: RepositoryRecord,
    all: readonly RepositoryRecord[],
    bodyUrls: readonly string[],
    realAddress: RealAddress,
): Promise<readonly RepositoryRecord[]> {
    const named = [hook.url, ...bodyUrls];
    const matched: RepositoryRecord[] = [hook];
    for (const repository of all) {
        if (repository.id !== hook.id && (await namesRepository(repository, named, realAddress))) {
            matched.push(repository);
        }
    }
    return matched;
}

async function namesRepository(
    repository: RepositoryRecord,
    urls: readonly string[],
    realAddress: RealAddress,
): Promise<boolean> {
    const own = await Promise.all([repository.url, ...repository.aliases].map(realAddress));
    const given = await Promise.all(urls.map(realAddress));
    return given.some((url) => own.some((one) => isSameAddress(one, url)));
}
