import { z } from "zod";
import { PageQuery } from "../../../../common/schema/page.ts";
import { RestStack } from "../../../../common/schema/stack.ts";
import { route, type Route } from "../route.ts";
import { pageOf } from "../schemas.ts";

export const stackRoutes: readonly Route[] = [
    route({
        method: "get",
        path: "/stacks",
        right: "read",
        tag: "Stacks",
        summary: "All stacks by name, each with its repository, build configuration and latest deployment.",
        request: z.object({ query: PageQuery }),
        response: pageOf(RestStack),
        handle: async ({ query }, { services }) => services.listStacks(query),
    }),
    route({
        method: "get",
        path: "/stacks/{stack}",
        right: "read",
        tag: "Stacks",
        summary: "One stack, also with its last 20 deployments.",
        // Folders whose names cannot be managed may still be looked at.
        request: z.object({ params: z.object({ stack: z.string().min(1).max(255) }) }),
        response: RestStack,
        handle: async ({ params }, { services }) => services.findStack(params.stack),
    }),
];
