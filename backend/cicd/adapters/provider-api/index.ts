import type { HookApi, HookApis } from "../../core/hook-api.ts";
import { bitbucketSpec } from "./bitbucket.ts";
import { giteaSpec } from "./gitea.ts";
import { githubSpec } from "./github.ts";
import { gitlabSpec } from "./gitlab.ts";
import { createHookApi } from "./hook-api.ts";
import type { Place } from "./place.ts";
import { createSend, type SendOptions } from "./send.ts";
import type { ProviderSpec } from "./spec.ts";

/** The providers whose webhooks can be read and made over their API. */
export function createHookApis(options: SendOptions): HookApis {
    const send = createSend(options);
    const api = (spec: (place: Place) => ProviderSpec): HookApi => createHookApi(spec, send);
    return new Map([
        ["github", api(githubSpec)],
        ["gitlab", api(gitlabSpec)],
        ["gitea", api(giteaSpec)],
        ["bitbucket", api(bitbucketSpec)],
    ]);
}
