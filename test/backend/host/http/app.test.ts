import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import express from "express";
import request from "supertest";
import { describe, expect, it } from "vitest";
import { createHttpApp } from "../../../../backend/host/http/app.ts";
import { AppError } from "../../../../common/errors.ts";
import { temporaryDirectory } from "../../../support/temporary-directory.ts";

async function createApp(options: { isSecure?: boolean; trustProxy?: boolean; built?: boolean } = {}) {
    const pageDirectory = await temporaryDirectory();
    if (options.built ?? true) {
        await mkdir(join(pageDirectory, "assets"));
        await writeFile(join(pageDirectory, "index.html"), "<!doctype html><title>page</title>");
        await writeFile(join(pageDirectory, "icon.svg"), "<svg/>");
        await writeFile(join(pageDirectory, "assets/main-1a2b.js"), "1;");
    }
    const logged: unknown[] = [];
    const write = (fields: unknown): void => void logged.push(fields);
    const router = express.Router();
    router.get("/api/ip", (asked, response) => void response.json({ ip: asked.ip?.replace("::ffff:", "") }));
    router.get("/api/named/:name", (asked, response) => void response.json(asked.params));
    router.get("/api/refused", () => {
        throw new AppError("conflict", "it is busy");
    });
    router.get("/api/bug", () => {
        throw new Error("secret detail");
    });
    const app = createHttpApp({
        routers: [router],
        pageDirectory,
        isSecure: options.isSecure ?? false,
        trustProxy: () => options.trustProxy ?? false,
        log: { debug: write, info: write, warn: write, error: write },
    });
    return { app, logged };
}

describe("the page", () => {
    it.each(["/", "/compose/demo", "/compose/demo/nas:5001", "/index.html"])("is at %s", async (path) => {
        const { app } = await createApp();
        const answer = await request(app).get(path).set("Accept", "text/html");
        expect(answer.status).toBe(200);
        expect(answer.text).toContain("<title>page</title>");
    });

    it("is asked for anew each time, its hashed files never again", async () => {
        const { app } = await createApp();
        const page = await request(app).get("/").set("Accept", "text/html");
        expect(page.headers["cache-control"]).toBe("no-cache");
        const script = await request(app).get("/assets/main-1a2b.js");
        expect(script.headers["cache-control"]).toContain("immutable");
        expect((await request(app).get("/icon.svg")).status).toBe(200);
    });

    it.each([
        ["an unknown API path", "get", "/api/v1/nothing", "text/html"],
        ["a missing script", "get", "/assets/gone.js", "text/html"],
        ["another method", "post", "/compose/demo", "text/html"],
        ["a program", "get", "/compose/demo", "application/json"],
        ["a path out of the folder", "get", "/assets/..%2f..%2fpackage.json", "text/html"],
    ] as const)("is not sent to %s", async (_case, method, path, accept) => {
        const { app } = await createApp();
        const answer = await request(app)[method](path).set("Accept", accept);
        expect(answer.status).toBe(404);
        expect(answer.body).toMatchObject({ ok: false, error: { code: "not_found" } });
    });

    it("says how to build it where it is missing", async () => {
        const { app } = await createApp({ built: false });
        const answer = await request(app).get("/").set("Accept", "text/html");
        expect(answer.status).toBe(503);
        expect(answer.text).toContain("npm run build");
    });
});

describe("headers", () => {
    it("let the page run own scripts only, in no frame", async () => {
        const { app } = await createApp();
        const { headers } = await request(app).get("/").set("Accept", "text/html");
        expect(headers["content-security-policy"]).toContain("script-src 'self';");
        expect(headers["content-security-policy"]).toContain("frame-ancestors 'none'");
        expect(headers["content-security-policy"]).not.toContain("upgrade-insecure-requests");
        expect(headers).toMatchObject({ "x-content-type-options": "nosniff", "x-frame-options": "DENY" });
        expect(headers).not.toHaveProperty("x-powered-by");
        expect(headers).not.toHaveProperty("strict-transport-security");
    });

    it("ask for TLS only where it is there", async () => {
        const { app } = await createApp({ isSecure: true });
        const { headers } = await request(app).get("/");
        expect(headers["strict-transport-security"]).toContain("max-age=");
    });

    it.each([
        [false, "127.0.0.1"],
        [true, "1.2.3.4"],
    ])("believe the proxy only when it is trusted: %s", async (trustProxy, expected) => {
        const { app } = await createApp({ trustProxy });
        const answer = await request(app).get("/api/ip").set("X-Forwarded-For", "6.6.6.6, 1.2.3.4");
        expect(answer.body).toEqual({ ip: expected });
    });
});

describe("errors", () => {
    it("are answered with their code", async () => {
        const { app } = await createApp();
        const answer = await request(app).get("/api/refused");
        expect([answer.status, answer.body]).toEqual([
            409,
            { ok: false, error: { code: "conflict", message: "it is busy" } },
        ]);
    });

    it("that are bugs go to the log, not to the client", async () => {
        const { app, logged } = await createApp();
        const answer = await request(app).get("/api/bug");
        expect(answer.status).toBe(500);
        expect(JSON.stringify(answer.body)).not.toContain("secret detail");
        expect(logged).toHaveLength(1);
    });

    it("of a path that cannot be decoded are the client's", async () => {
        const { app } = await createApp();
        expect((await request(app).get("/api/named/%E0%A4%A")).status).toBe(400);
    });
});
