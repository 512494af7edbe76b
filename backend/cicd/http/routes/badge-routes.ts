import { z } from "zod";
import { GitRef } from "../../../../common/schema/git-ref.ts";
import { publicStreamRoute, type Route } from "../route.ts";

/** Proxies of pages that show it ask again, too. */
const headers = {
    "Content-Type": "image/svg+xml; charset=utf-8",
    "Cache-Control": "no-cache, no-store, must-revalidate, max-age=0",
    "Content-Security-Policy": "default-src 'none'",
    "X-Content-Type-Options": "nosniff",
};

export const badgeRoutes: readonly Route[] = [
    publicStreamRoute({
        method: "get",
        path: "/badges/{token}.svg",
        tag: "Pipelines",
        summary:
            "A picture of how the newest run of a branch's pipeline ended, or its newest deployment where it has no runs. " +
            "Who has its address needs no login; the stack's page of pipelines shows it.",
        request: z.object({
            params: z.object({ token: z.string().max(64) }),
            query: z.object({ branch: GitRef.optional() }),
        }),
        contentTypes: ["image/svg+xml"],
        async handle({ params, query }, { services }) {
            const image = await services.readBadge({ ...params, ...query });
            return async (_request, response) => {
                response.set(headers).send(image);
            };
        },
    }),
];
