import { z } from "zod";
import type { ProviderHook, WantedHook } from "../../core/hook-api.ts";
import { bodyAs, type ProviderWords } from "./answers.ts";
import { apiUrl, ownerAndName, type Place } from "./place.ts";
import type { ProviderSpec } from "./spec.ts";

const words: ProviderWords = {
    name: "Gitea",
    right: "repository: Read and write, and its owner must be an admin of the repository",
};

const limit = "50";

const Hook = z
    .object({
        id: z.int(),
        active: z.boolean(),
        events: z.array(z.string()).nullish(),
        config: z.object({ url: z.string().optional() }),
    })
    .transform(({ id, active, events, config }): ProviderHook => ({
        id: String(id),
        url: config.url ?? "",
        active: active && (events ?? []).includes("push"),
    }));

/** Gitea, Forgejo and Gogs (`/api/v1`), in a subfolder of their server, too. */
export function giteaSpec(place: Place): ProviderSpec {
    const { prefix, owner, name } = ownerAndName(place);
    return {
        words,
        headers: ({ token }) => ({ authorization: `token ${token}` }),
        repository: apiUrl(`${place.origin}${prefix}/api/v1`, ["repos", owner, name]),
        hooks: "hooks",
        firstPage: { limit, page: "1" },
        readPage(answer, page, seen) {
            const hooks = bodyAs(words, z.array(Hook), answer);
            // Gogs has no pages, and does not count.
            const isMore = hooks.length > 0 && seen + hooks.length < Number(answer.headers["x-total-count"] ?? 0);
            return { hooks, next: isMore ? { limit, page: String(page + 1) } : undefined };
        },
        readHook: (answer) => bodyAs(words, Hook, answer),
        // Gogs knows only its own type, and tells of tags by these events.
        bodies: (wanted) => [body("gitea", ["push"], wanted), body("gogs", ["push", "create", "release"], wanted)],
        change: "replace",
    };
}

function body(type: string, events: readonly string[], { url, secret }: WantedHook) {
    return { type, active: true, events, config: { url, content_type: "json", secret } };
}
