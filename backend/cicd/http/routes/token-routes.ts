import { z } from "zod";
import { ApiToken, ApiTokenInput, CreatedApiToken } from "../../../../common/schema/api-token.ts";
import { PageQuery } from "../../../../common/schema/page.ts";
import { route, type Route } from "../route.ts";
import { done, Done, idParams, pageOf } from "../schemas.ts";

const tag = "API tokens";

export const tokenRoutes: readonly Route[] = [
    route({
        method: "get",
        path: "/tokens",
        right: "admin",
        tag,
        summary: "The API tokens, newest first, without their texts.",
        request: z.object({ query: PageQuery }),
        response: pageOf(ApiToken),
        handle: async ({ query }, { services }) => services.listApiTokens(query),
    }),
    route({
        method: "post",
        path: "/tokens",
        right: "admin",
        tag,
        summary: "Make an API token. Its text is shown this one time; a scope includes the lower ones.",
        status: 201,
        example: { name: "deploy from CI", scopes: ["deploy"] },
        request: z.object({ body: ApiTokenInput }),
        response: CreatedApiToken,
        handle: async ({ body }, { services, caller }) => services.createApiToken({ input: body, caller }),
    }),
    route({
        method: "delete",
        path: "/tokens/{id}",
        right: "admin",
        tag,
        summary: "Revoke an API token; it opens nothing from now on.",
        request: z.object({ params: idParams }),
        response: Done,
        async handle({ params }, { services }) {
            await services.revokeApiToken(params.id);
            return done;
        },
    }),
];
