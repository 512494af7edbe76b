import request from "supertest";
import { describe, expect, it } from "vitest";
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

    it("opens only the login to everybody", () => {
        expect(routes.filter(({ right }) => right === "public").map(({ path }) => path)).toEqual(["/login"]);
    });

    it("has each method and path once", () => {
        const names = routes.map(({ method, path }) => `${method} ${path}`);
        expect(new Set(names).size).toBe(names.length);
    });
});

describe("the OpenAPI description", () => {
    it("is public, and describes every route with its error shape and security", async () => {
        const { app } = await createRestApp();
        const { status, body } = await request(app).get("/api/v1/openapi.json");
        expect(status).toBe(200);
        expect(body).toMatchObject({ openapi: "3.1.0", info: { version: "1.2.3" }, servers: [{ url: "/api/v1" }] });
        expect(body.components.securitySchemes.bearer).toMatchObject({ type: "http", scheme: "bearer" });
        for (const { method, path, right, status: good = 200 } of routes) {
            const operation = body.paths[path][method];
            expect(operation.responses).toHaveProperty(String(good));
            expect(operation.responses.default.content["application/json"].schema).toEqual({
                $ref: "#/components/schemas/Error",
            });
            expect(operation.security).toEqual(right === "public" ? [] : [{ bearer: [] }]);
        }
    });

    it("has an id of its own for every operation, and no dangling reference", async () => {
        const text = JSON.stringify(await describeRoutes(routes, "1"));
        const document = JSON.parse(text);
        const ids = [...text.matchAll(/"operationId":"(\w+)"/g)].map(([, id]) => id);
        expect(new Set(ids).size).toBe(routes.length);
        for (const [, name] of text.matchAll(/"#\/components\/schemas\/(\w+)"/g)) {
            expect(Object.keys(document.components.schemas)).toContain(name);
        }
    });

    it("is the same however often it is asked for", async () => {
        expect(await describeRoutes(routes, "1")).toEqual(await describeRoutes(routes, "1"));
    });
});
