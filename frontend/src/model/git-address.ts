import type { GitProvider } from "../../../common/schema/git-repository.ts";

const hosts: readonly (readonly [RegExp, GitProvider])[] = [
    [/github/, "github"],
    [/gitlab/, "gitlab"],
    [/bitbucket/, "bitbucket"],
    [/gitea|forgejo|codeberg|gogs/, "gitea"],
];

/** The host in a repository's address (`https://h/…`, `user@h:…`), in lower case; empty where there is none. */
export function hostOf(url: string): string {
    const match = /^(?:[a-z+]+:\/\/)?(?:[^@/]+@)?([^/:]+)/i.exec(url.trim());
    return match?.[1]?.toLowerCase() ?? "";
}

/** Which provider an address probably belongs to. */
export function guessProvider(url: string): GitProvider {
    const host = hostOf(url);
    return hosts.find(([pattern]) => pattern.test(host))?.[1] ?? "generic";
}

/** A stack's name made of the repository's: its last path part, in the letters that are allowed. */
export function suggestStackName(url: string): string {
    const last =
        url
            .trim()
            .replace(/\/+$/, "")
            .replace(/\.git$/, "")
            .split(/[/:]/)
            .at(-1) ?? "";
    return last
        .toLowerCase()
        .replace(/[^a-z0-9_-]+/g, "-")
        .replace(/^[^a-z0-9]+/, "")
        .slice(0, 64);
}

/** Where a commit can be looked at in the browser, for the providers that have such a page. */
export function commitLink(url: string, provider: GitProvider, commit: string): string | undefined {
    const match = /^https?:\/\/(?:[^@/]+@)?([^/]+)\/(.+?)(?:\.git)?\/?$/i.exec(url.trim());
    if (match === null || commit === "") {
        return undefined;
    }
    const page = `https://${match[1] ?? ""}/${match[2] ?? ""}`;
    switch (provider) {
        case "github":
        case "gitea":
            return `${page}/commit/${commit}`;
        case "gitlab":
            return `${page}/-/commit/${commit}`;
        case "bitbucket":
            return `${page}/commits/${commit}`;
        default:
            return undefined;
    }
}
