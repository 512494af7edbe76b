import { z } from "zod";
import type { ProviderHook } from "../../core/hook-api.ts";
import { bodyAs, type ProviderWords } from "./answers.ts";
import { apiUrl, ownerAndName, type Place } from "./place.ts";
import type { ProviderSpec } from "./spec.ts";

const words: ProviderWords = {
    name: "GitHub",
    right: "Webhooks: Read and write (fine-grained), or the scope admin:repo_hook, and its owner must be an admin of the repository",
};

const perPage = 100;

const Response = z.object({ code: z.int().nullable(), message: z.string().nullable().default(null) });

const Hook = z
    .object({
        id: z.int(),
        active: z.boolean(),
        events: z.array(z.string()),
        config: z.object({ url: z.string().default("") }),
        last_response: Response.nullish(),
    })
    .transform(({ id, active, events, config, last_response: last }): ProviderHook => ({
        id: String(id),
        url: config.url,
        active: active && (events.includes("push") || events.includes("*")),
        lastStatus: last ? statusOf(last) : undefined,
    }));

/** Before the first delivery there is no code. */
function statusOf({ code, message }: z.infer<typeof Response>): string | undefined {
    return code === null ? undefined : `${code} ${message ?? ""}`.trim().slice(0, 200);
}

/** GitHub, its Enterprise Server (`/api/v3`) and Enterprise Cloud with data residency (`api.<name>.ghe.com`). */
export function githubSpec(place: Place): ProviderSpec {
    const { owner, name } = ownerAndName(place);
    return {
        words,
        headers: ({ token }) => ({
            accept: "application/vnd.github+json",
            authorization: `Bearer ${token}`,
            "x-github-api-version": "2022-11-28",
        }),
        repository: apiUrl(apiBase(place), ["repos", owner, name]),
        hooks: "hooks",
        firstPage: { per_page: String(perPage), page: "1" },
        readPage(answer, page) {
            const hooks = bodyAs(words, z.array(Hook), answer);
            const isLast = hooks.length < perPage;
            return { hooks, next: isLast ? undefined : { per_page: String(perPage), page: String(page + 1) } };
        },
        readHook: (answer) => bodyAs(words, Hook, answer),
        // "push" tells of tags, too.
        bodies: ({ url, secret }) => [
            {
                name: "web",
                active: true,
                events: ["push"],
                config: { url, content_type: "json", secret, insecure_ssl: "0" },
            },
        ],
        change: "PATCH",
    };
}

function apiBase({ host, origin }: Place): string {
    if (host === "github.com" || host.endsWith(".ghe.com")) {
        return `https://api.${host}`;
    }
    return `${origin}/api/v3`;
}
