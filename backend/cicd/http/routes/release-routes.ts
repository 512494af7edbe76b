import { z } from "zod";
import { PageQuery } from "../../../../common/schema/page.ts";
import { ReleaseComparison, ReleasePair, ReleaseSummary } from "../../../../common/schema/release.ts";
import { route, type Route } from "../route.ts";
import { done, Done, pageOf, stackParams } from "../schemas.ts";

const tag = "Deployments";

export const releaseRoutes: readonly Route[] = [
    route({
        method: "get",
        path: "/stacks/{stack}/releases",
        right: "read",
        tag,
        summary: "The releases of a stack that are kept, newest first: what can be rolled back to and compared.",
        request: z.object({ params: stackParams, query: PageQuery }),
        response: pageOf(ReleaseSummary),
        handle: async ({ params, query }, { services }) => services.listReleases(params.stack, query),
    }),
    route({
        method: "get",
        path: "/stacks/{stack}/releases/compare",
        right: "read",
        tag,
        summary:
            "What changed from one kept release to another: commits, files, images, override, and the names of variables. " +
            "Values of variables are never shown, secrets in diffs are masked.",
        request: z.object({ params: stackParams, query: ReleasePair }),
        response: ReleaseComparison,
        handle: async ({ params, query }, { services }) => services.compareReleases(params.stack, query),
    }),
    route({
        method: "delete",
        path: "/stacks/{stack}/pin",
        right: "deploy",
        tag,
        summary:
            "Unpin a stack that was rolled back by hand: pushes, polls and schedules deploy again. What was pushed " +
            "meanwhile is not deployed by this. Fine where it is not pinned.",
        request: z.object({ params: stackParams }),
        response: Done,
        async handle({ params }, { services }) {
            await services.unpinStack(params.stack);
            return done;
        },
    }),
];
