import { z } from "zod";
import { HookAccess, RepositoryHook } from "../../../../common/schema/repository-hook.ts";
import { route, type Route } from "../route.ts";
import { stackParams } from "../schemas.ts";

const path = "/stacks/{stack}/repository/hook";
const tag = "Repository";
const onceNote = "A token that is given is used for this call alone and not kept.";

export const hookRoutes: readonly Route[] = [
    route({
        method: "get",
        path,
        right: "edit",
        tag,
        summary:
            "Whether the webhook is set up at the provider, read with the repository's token; `problem` tells why it " +
            "cannot be told.",
        request: z.object({ params: stackParams }),
        response: RepositoryHook,
        handle: async ({ params }, { services, signal }) => services.findRepositoryHook({ ...params, signal }),
    }),
    route({
        method: "post",
        path,
        right: "edit",
        tag,
        summary: `Set the webhook up at the provider; one that is there is brought up to date. ${onceNote}`,
        example: {},
        request: z.object({ params: stackParams, body: HookAccess }),
        response: RepositoryHook,
        handle: async ({ params, body }, { services, signal }) =>
            services.createRepositoryHook({ ...params, access: body, signal }),
    }),
    route({
        method: "delete",
        path,
        right: "edit",
        tag,
        summary: `Remove the webhook at the provider; fine where there is none. ${onceNote}`,
        example: {},
        request: z.object({ params: stackParams, body: HookAccess }),
        response: RepositoryHook,
        handle: async ({ params, body }, { services, signal }) =>
            services.removeRepositoryHook({ ...params, access: body, signal }),
    }),
];
