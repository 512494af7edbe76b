import type { GitProvider } from "../../../common/schema/git-repository.ts";
import { addressKey } from "../core/git-address.ts";

/** Patterns of host names, the first that fits wins. */
const hosts: readonly (readonly [RegExp, GitProvider])[] = [
    [/(^|\.)github\.com$/, "github"],
    [/^github\./, "github"],
    [/(^|\.)gitlab\.[a-z.-]+$/, "gitlab"],
    [/(^|\.)bitbucket\.org$/, "bitbucket"],
    [/^(bitbucket|stash)\./, "bitbucket"],
    [/(^|\.)(codeberg|notabug)\.org$/, "gitea"],
    [/(^|[.-])(gitea|forgejo|gogs)([.-]|$)/, "gitea"],
];

/** Who most likely sends the webhooks of a repository, told from its host; `generic` where nothing is known. */
export function guessProvider(url: string): GitProvider {
    const host = addressKey(url)?.split("/")[0] ?? "";
    return hosts.find(([pattern]) => pattern.test(host))?.[1] ?? "generic";
}
