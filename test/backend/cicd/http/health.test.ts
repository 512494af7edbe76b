import express from "express";
import request from "supertest";
import { describe, expect, it } from "vitest";
import { AppError } from "../../../../common/errors.ts";
import { createHealthRouter, type HealthOptions } from "../../../../backend/cicd/http/health.ts";
import { admin } from "../../../support/edge.ts";

function createApp(options: Partial<HealthOptions> = {}) {
    return express().use(
        createHealthRouter({
            engine: { ping: async () => ({ version: "28.0" }) },
            host: { authenticate: async (bearer) => (bearer === "good" ? admin : undefined) },
            metrics: { render: async () => ({ contentType: "text/plain; version=0.0.4", text: "up 1\n" }) },
            metricsPublic: false,
            version: "1.2.3",
            report: () => undefined,
            ...options,
        }),
    );
}

describe("/healthz", () => {
    it("tells version and engine", async () => {
        const answer = await request(createApp()).get("/healthz");
        expect(answer.status).toBe(200);
        expect(answer.body).toEqual({ ok: true, version: "1.2.3", engine: { ok: true, version: "28.0" } });
    });

    it("is 200 without an engine, and says why", async () => {
        const ping = () => Promise.reject(new AppError("unavailable", "The engine is away."));
        const answer = await request(createApp({ engine: { ping } })).get("/healthz");
        expect(answer.status).toBe(200);
        expect(answer.body).toMatchObject({ ok: true, engine: { ok: false, reason: "The engine is away." } });
    });

    it("does not wait for an engine that hangs", async () => {
        const engine = { ping: () => new Promise<never>(() => undefined) };
        const answer = await request(createApp({ engine, engineTimeoutMs: 20 })).get("/healthz");
        expect(answer.body).toMatchObject({ ok: true, engine: { ok: false } });
    });

    it.each([
        [[], { ok: true, low: [] }],
        [["data"], { ok: false, low: ["data"] }],
    ] as const)("tells that %j are nearly full", async (low, disk) => {
        const answer = await request(createApp({ lowPlaces: async () => low })).get("/healthz");
        expect(answer.body).toMatchObject({ ok: true, disk });
    });

    it("does without the disk where it cannot be told in time", async () => {
        const lowPlaces = () => new Promise<never>(() => undefined);
        const answer = await request(createApp({ lowPlaces, engineTimeoutMs: 20 })).get("/healthz");
        expect(answer.status).toBe(200);
        expect(answer.body).not.toHaveProperty("disk");
    });
});

describe("/metrics", () => {
    it("needs a token", async () => {
        const app = createApp();
        expect((await request(app).get("/metrics")).status).toBe(401);
        const answer = await request(app).get("/metrics").auth("good", { type: "bearer" });
        expect(answer.status).toBe(200);
        expect(answer.text).toBe("up 1\n");
        expect(answer.headers["content-type"]).toContain("version=0.0.4");
    });

    it("may be opened to everybody", async () => {
        expect((await request(createApp({ metricsPublic: true })).get("/metrics")).status).toBe(200);
    });
});
