import { z } from "zod";
import { PageQuery } from "../../../../common/schema/page.ts";
import { Registry, RegistryInput, RegistryTestInput } from "../../../../common/schema/registry.ts";
import { route, type Route } from "../route.ts";
import { done, Done, idParams, pageOf } from "../schemas.ts";

const tag = "Registries";
const path = "/registries/{id}";
const example = { name: "GitHub", url: "ghcr.io/acme", username: "robot", password: "a token that may write packages" };

export const registryRoutes: readonly Route[] = [
    route({
        method: "get",
        path: "/registries",
        right: "read",
        tag,
        summary: "The registries of images by name, without their passwords.",
        request: z.object({ query: PageQuery }),
        response: pageOf(Registry),
        handle: async ({ query }, { services }) => services.listRegistries(query),
    }),
    route({
        method: "post",
        path: "/registries",
        right: "admin",
        tag,
        summary: "Add a registry. Nothing is asked of it; test it first.",
        status: 201,
        example,
        request: z.object({ body: RegistryInput }),
        response: Registry,
        handle: async ({ body }, { services }) => services.createRegistry(body),
    }),
    route({
        method: "post",
        path: "/registries/test",
        right: "admin",
        tag,
        summary: "Log in to a registry that is not saved; with `id`, a password that is left out comes from that one.",
        example,
        request: z.object({ body: RegistryTestInput }),
        response: Done,
        async handle({ body }, { services, signal }) {
            await services.testRegistry({ input: body, signal });
            return done;
        },
    }),
    route({
        method: "get",
        path,
        right: "read",
        tag,
        summary: "One registry, without its password.",
        request: z.object({ params: idParams }),
        response: Registry,
        handle: async ({ params }, { services }) => services.findRegistry(params.id),
    }),
    route({
        method: "put",
        path,
        right: "admin",
        tag,
        summary: "Change a registry. A password that is left out is kept, `null` removes it.",
        example,
        request: z.object({ params: idParams, body: RegistryInput }),
        response: Registry,
        handle: async ({ params, body }, { services }) => services.updateRegistry({ id: params.id, input: body }),
    }),
    route({
        method: "delete",
        path,
        right: "admin",
        tag,
        summary: "Delete a registry that no build settings use. What lies in it stays there.",
        request: z.object({ params: idParams }),
        response: Done,
        async handle({ params }, { services }) {
            await services.deleteRegistry(params.id);
            return done;
        },
    }),
    route({
        method: "post",
        path: "/registries/{id}/test",
        right: "admin",
        tag,
        summary: "Log in to a saved registry.",
        request: z.object({ params: idParams }),
        response: Done,
        async handle({ params }, { services, signal }) {
            await services.testRegistry({ id: params.id, signal });
            return done;
        },
    }),
];
