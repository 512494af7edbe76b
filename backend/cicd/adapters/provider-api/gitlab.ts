import { z } from "zod";
import type { ProviderHook } from "../../core/hook-api.ts";
import { bodyAs, type ProviderWords } from "./answers.ts";
import { apiUrl, type Place } from "./place.ts";
import type { ProviderSpec } from "./spec.ts";

const words: ProviderWords = {
    name: "GitLab",
    right: "the scope api and the role Maintainer",
};

const perPage = "100";

const Hook = z
    .object({
        id: z.int(),
        url: z.string(),
        push_events: z.boolean().nullish(),
        alert_status: z.string().default("executable"),
        disabled_until: z.string().nullable().default(null),
    })
    .transform(({ id, url, push_events: pushes, alert_status: status, disabled_until: until }): ProviderHook => {
        const isStopped = status !== "executable";
        return {
            id: String(id),
            url,
            active: pushes === true && !isStopped,
            lastStatus: isStopped ? stopped(status, until) : undefined,
        };
    });

/** GitLab switches hooks off whose deliveries fail, for a while or for good. */
function stopped(status: string, until: string | null): string {
    const words = status.replace(/_/g, " ").slice(0, 100);
    return until === null ? words : `${words} until ${until.slice(0, 40)}`;
}

/** GitLab.com and servers of one's own (`/api/v4`). */
export function gitlabSpec({ origin, path }: Place): ProviderSpec {
    return {
        words,
        headers: ({ token }) => ({ "private-token": token }),
        repository: apiUrl(`${origin}/api/v4`, ["projects", path.join("/")]),
        hooks: "hooks",
        firstPage: { per_page: perPage, page: "1" },
        readPage(answer) {
            const page = String(answer.headers["x-next-page"] ?? "");
            const next = /^\d+$/.test(page) ? { per_page: perPage, page } : undefined;
            return { hooks: bodyAs(words, z.array(Hook), answer), next };
        },
        readHook: (answer) => bodyAs(words, Hook, answer),
        bodies: ({ url, secret }) => [
            { url, token: secret, push_events: true, tag_push_events: true, enable_ssl_verification: true },
        ],
        change: "PUT",
    };
}
