import type { GitProvider } from "../../../common/schema/git-repository.ts";

/** The steps, as keys of `webhook.steps`, in the providers' own names of pages and fields. */
export const webhookSteps = {
    github: ["githubOpen", "githubUrl", "githubType", "githubSecret", "githubEvents", "githubSave"],
    gitlab: ["gitlabOpen", "gitlabUrl", "gitlabSecret", "gitlabEvents", "gitlabSave"],
    bitbucket: [
        "bitbucketOpen",
        "bitbucketTitle",
        "bitbucketUrl",
        "bitbucketSecret",
        "bitbucketEvents",
        "bitbucketSave",
    ],
    gitea: ["giteaOpen", "giteaUrl", "giteaMethod", "giteaType", "giteaSecret", "giteaEvents", "giteaSave"],
    generic: ["genericPost", "genericSecret", "genericBody"],
} as const satisfies Record<GitProvider, readonly string[]>;
