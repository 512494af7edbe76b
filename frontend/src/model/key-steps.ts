import type { GitProvider } from "../../../common/schema/git-repository.ts";

/** Where a public key is registered, as keys of `sshKey.steps`, in the providers' own names of pages and fields. */
export const keySteps = {
    github: ["githubOpen", "githubTitle", "githubKey", "githubWrite", "githubSave"],
    gitlab: ["gitlabOpen", "gitlabTitle", "gitlabKey", "gitlabWrite", "gitlabSave"],
    bitbucket: ["bitbucketOpen", "bitbucketLabel", "bitbucketKey", "bitbucketSave"],
    gitea: ["giteaOpen", "giteaTitle", "giteaContent", "giteaWrite", "giteaSave"],
    generic: ["genericForge", "genericFile"],
} as const satisfies Record<GitProvider, readonly string[]>;
