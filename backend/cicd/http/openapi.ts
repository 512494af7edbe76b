import { z } from "zod";
import { ApiToken } from "../../../common/schema/api-token.ts";
import { BuildConfig } from "../../../common/schema/build-config.ts";
import { Deployment } from "../../../common/schema/deployment.ts";
import { GitRepository } from "../../../common/schema/git-repository.ts";
import { Preview } from "../../../common/schema/preview.ts";
import { WebhookEvent } from "../../../common/schema/webhook-event.ts";
import type { Route } from "./route.ts";
import { ErrorAnswer } from "./send-error.ts";

/** Schemas that stand under their own name in the description. */
const named = { ApiToken, BuildConfig, Deployment, GitRepository, Preview, WebhookEvent, Error: ErrorAnswer };

const errorExample = {
    ok: false,
    error: { code: "invalid", message: 'branch: "mian" does not exist in the repository; use one of: main' },
};

/**
 * OpenAPI 3.1 of a table of routes. The generator is loaded here and not with the server, which needs it seldom.
 */
export async function describeRoutes(routes: readonly Route[], version: string) {
    const { OpenAPIRegistry, OpenApiGeneratorV31, zodToOpenAPIRegistry } =
        await import("@asteasolutions/zod-to-openapi");
    for (const [refId, schema] of Object.entries(named)) {
        // The generator's `.openapi()` would have to be put into zod before any schema is made, its registry needs not.
        zodToOpenAPIRegistry.add(schema, { _internal: { refId } });
    }
    const registry = new OpenAPIRegistry();
    const bearer = registry.registerComponent("securitySchemes", "bearer", {
        type: "http",
        scheme: "bearer",
        description: "An API token (cicd_…), or the token of a login.",
    });
    for (const route of routes) {
        registry.registerPath({
            method: route.method,
            path: route.path,
            operationId: operationId(route),
            summary: route.summary,
            tags: [route.tag],
            security: route.right === "public" ? [] : [{ [bearer.name]: [] }],
            "x-right": route.right,
            request: describeRequest(route),
            responses: { [route.status ?? 200]: describeAnswer(route), default: describeError() },
        });
    }
    return new OpenApiGeneratorV31(registry.definitions).generateDocument({
        openapi: "3.1.0",
        info: {
            title: "dockge-cicd",
            version,
            description: "Push to git, and the stack is live, healthy, or rolled back.",
        },
        servers: [{ url: "/api/v1" }],
    });
}

function describeRequest({ request, example }: Route) {
    const { params, query, body } = request.shape;
    return {
        ...(params && { params }),
        ...(query && { query }),
        ...(body && {
            body: { content: { "application/json": { schema: body, ...(example !== undefined && { example }) } } },
        }),
    };
}

function describeAnswer({ response, contentTypes }: Route) {
    const schema = response ?? z.string();
    return { description: "OK", content: Object.fromEntries(contentTypes.map((type) => [type, { schema }])) };
}

function describeError() {
    return {
        description: "The call failed; the message names the field, the reason and the way out.",
        content: { "application/json": { schema: ErrorAnswer, example: errorExample } },
    };
}

/** Such as `getStacksStackRepository`: stable as long as method and path are. */
function operationId({ method, path }: Route): string {
    const words = path.split(/[/{}-]+/).filter((word) => word !== "");
    return method + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("");
}
