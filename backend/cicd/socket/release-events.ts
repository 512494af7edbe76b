import type { CicdServices } from "../services/cicd-services.ts";
import type { CicdHandlers } from "./handlers.ts";

/** The events of the page about a stack's releases. */
export function releaseHandlers(services: CicdServices) {
    return {
        async getReleases([stack, limit, cursor]) {
            const { items, nextCursor } = await services.listReleases(stack, { limit, cursor });
            return { releases: items, nextCursor };
        },
        compareReleases: async ([stack, pair]) => ({ comparison: await services.compareReleases(stack, pair) }),
        async unpinStack([stack]) {
            await services.unpinStack(stack);
            return {};
        },
    } satisfies Partial<CicdHandlers>;
}
