import { z } from "zod";
import type { HookTarget, ProviderHook } from "../../core/hook-api.ts";
import { bodyAs, type ProviderWords } from "./answers.ts";
import { apiUrl, ownerAndName, type Place } from "./place.ts";
import type { ProviderSpec } from "./spec.ts";

const title = "Deployments";

/** Bitbucket Cloud, or Data Center on any other host. */
export function bitbucketSpec(place: Place): ProviderSpec {
    return place.host === "bitbucket.org" ? cloudSpec(place) : dataCenterSpec(place);
}

/** Access tokens of a repository, project or workspace are sent as they are; a user's with the user's name. */
function headers({ username = "", token }: HookTarget["credentials"]): Readonly<Record<string, string>> {
    const isBearer = username === "" || username === "x-token-auth";
    const basic = Buffer.from(`${username}:${token}`).toString("base64");
    return { authorization: isBearer ? `Bearer ${token}` : `Basic ${basic}` };
}

const cloudWords: ProviderWords = {
    name: "Bitbucket",
    right: "the permission Webhooks: Read and write (scope webhook)",
    loginHint: "For a user's API token the user name is the e-mail address of the Atlassian account.",
};

const CloudHook = z
    .object({ uuid: z.string(), url: z.string(), active: z.boolean(), events: z.array(z.string()) })
    .transform(({ uuid, url, active, events }): ProviderHook => {
        return { id: uuid, url, active: active && events.includes("repo:push") };
    });
const CloudPage = z.object({ values: z.array(CloudHook), next: z.string().optional() });

function cloudSpec(place: Place): ProviderSpec {
    const { owner, name } = ownerAndName(place);
    const pagelen = "100";
    return {
        words: cloudWords,
        headers,
        repository: apiUrl("https://api.bitbucket.org/2.0", ["repositories", owner, name]),
        hooks: "hooks",
        firstPage: { pagelen, page: "1" },
        readPage(answer, page) {
            const { values, next } = bodyAs(cloudWords, CloudPage, answer);
            // Counted instead of following the address: the token goes to no other place.
            return { hooks: values, next: next === undefined ? undefined : { pagelen, page: String(page + 1) } };
        },
        readHook: (answer) => bodyAs(cloudWords, CloudHook, answer),
        bodies: ({ url, secret }) => [{ description: title, url, secret, active: true, events: ["repo:push"] }],
        change: "PUT",
    };
}

const serverWords: ProviderWords = {
    name: "Bitbucket",
    right: "the permission Repository admin",
};

const ServerHook = z
    .object({ id: z.int(), url: z.string(), active: z.boolean(), events: z.array(z.string()) })
    .transform(({ id, url, active, events }): ProviderHook => {
        return { id: String(id), url, active: active && events.includes("repo:refs_changed") };
    });
const ServerPage = z.object({
    values: z.array(ServerHook),
    isLastPage: z.boolean().optional(),
    nextPageStart: z.int().nullable().optional(),
});

function dataCenterSpec(place: Place): ProviderSpec {
    const { owner, name } = ownerAndName(place);
    const limit = "100";
    return {
        words: serverWords,
        headers,
        repository: apiUrl(`${place.origin}${contextPath(place)}/rest/api/1.0`, ["projects", owner, "repos", name]),
        hooks: "webhooks",
        firstPage: { limit, start: "0" },
        readPage(answer) {
            const { values, isLastPage = true, nextPageStart = null } = bodyAs(serverWords, ServerPage, answer);
            const isMore = !isLastPage && nextPageStart !== null;
            return { hooks: values, next: isMore ? { limit, start: String(nextPageStart) } : undefined };
        },
        readHook: (answer) => bodyAs(serverWords, ServerHook, answer),
        bodies: ({ url, secret }) => [
            {
                name: title,
                url,
                active: true,
                events: ["repo:refs_changed"],
                configuration: { secret },
                sslVerificationRequired: true,
            },
        ],
        change: "PUT",
    };
}

/** What stands before `/scm/KEY/name.git`: a server may lie in a subfolder. Over SSH it cannot be told. */
function contextPath({ overSsh, path }: Place): string {
    const before = overSsh
        ? []
        : path.slice(0, -2).filter((part, index, all) => part !== "scm" || index < all.length - 1);
    return before.map((part) => `/${encodeURIComponent(part)}`).join("");
}
