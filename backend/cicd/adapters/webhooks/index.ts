import type { GitProvider } from "../../../../common/schema/git-repository.ts";
import type { WebhookProvider } from "../../core/webhook-event.ts";
import { bitbucket } from "./bitbucket.ts";
import { generic } from "./generic.ts";
import { gitea } from "./gitea.ts";
import { github } from "./github.ts";
import { gitlab } from "./gitlab.ts";

/** All senders whose deliveries are understood. A repository with another provider gets its deliveries rejected. */
export const webhookProviders: ReadonlyMap<GitProvider, WebhookProvider> = new Map(
    [github, gitlab, bitbucket, gitea, generic].map((provider) => [provider.id, provider]),
);
