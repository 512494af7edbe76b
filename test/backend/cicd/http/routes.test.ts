import { describe, expect, it } from "vitest";
import { z } from "zod";
import { rights } from "../../../../common/right.ts";
import { describeRoutes } from "../../../../backend/cicd/http/openapi.ts";
import { routes } from "../../../../backend/cicd/http/routes.ts";
import { createRestApp } from "../../../support/rest-app.ts";

describe("the table of routes", () => {
    it.each(routes.map((route) => [`${route.method} ${route.path}`, route] as const))(
        "says of %s who may call it and what it does",
        (_name, route) => {
            expect([...rights, "public"]).toContain(route.right);
            expect(route.summary).toMatch(/^[A-Z].{10,}[.]$/s);
            const inPath = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
            expect(Object.keys(route.request.shape.params?.shape ?? {})).toEqual(inPath);
        },
    );

    it("opens only the login, the pipelines' schema and badges to everybody", () => {
        const open = routes.filter(({ right }) => right === "public").map(({ path }) => path);
        expect(open.toSorted()).toEqual(["/badges/{token}.svg", "/login", "/pipeline-schema"]);
    });

    it("has each method and path once", () => {
        const names = routes.map(({ method, path }) => `${method} ${path}`);
        expect(new Set(names).size).toBe(names.length);
    });
});

const Operation = z.object({
    operationId: z.string(),
    security: z.array(z.unknown()),
    responses: z.record(z.string(), z.object({ content: z.record(z.string(), z.unknown()) })),
});
const Description = z.object({
    openapi: z.literal("3.1.0"),
    info: z.object({ title: z.string(), version: z.string() }),
    servers: z.tuple([z.object({ url: z.literal("/api/v1") })]),
    components: z.object({
        schemas: z.record(z.string(), z.unknown()),
        securitySchemes: z.object({ bearer: z.object({ type: z.literal("http"), scheme: z.literal("bearer") }) }),
    }),
    paths: z.record(z.string(), z.record(z.string(), Operation)),
});

describe("the OpenAPI description", () => {
    it("is public, and describes every route with its error shape and security", async () => {
        const { call } = await createRestApp();
        const { body } = await call("get", "/openapi.json", { token: "" });
        const { info, paths } = Description.parse(body);
        expect(info.version).toBe("1.2.3");
        for (const { method, path, right, status = 200 } of routes) {
            const operation = paths[path]?.[method];
            expect(operation?.responses).toHaveProperty(String(status));
            expect(operation?.responses["default"]?.content["application/json"]).toMatchObject({
                schema: { $ref: "#/components/schemas/Error" },
            });
            expect(operation?.security).toEqual(right === "public" ? [] : [{ bearer: [] }]);
        }
    });

    it("has an id of its own for every operation, and no dangling reference", async () => {
        const text = JSON.stringify(await describeRoutes(routes, "1"));
        const { paths, components } = Description.parse(JSON.parse(text));
        const ids = Object.values(paths).flatMap((path) => Object.values(path).map(({ operationId }) => operationId));
        expect(new Set(ids).size).toBe(routes.length);
        for (const [, name] of text.matchAll(/"#\/components\/schemas\/(\w+)"/g)) {
            expect(Object.keys(components.schemas)).toContain(name);
        }
    });

    it("is the same however often it is made", async () => {
        expect(await describeRoutes(routes, "1")).toEqual(await describeRoutes(routes, "1"));
    });
});
