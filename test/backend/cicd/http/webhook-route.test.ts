import express from "express";
import { once } from "node:events";
import { createServer, request as open, type Server } from "node:http";
import { Socket } from "node:net";
import { gzipSync } from "node:zlib";
import request from "supertest";
import { afterEach, describe, expect, it, vi } from "vitest";
import { AppError } from "../../../../common/errors.ts";
import type { RegistryDelivery } from "../../../../backend/cicd/core/registry-push.ts";
import type { ReceiveWebhook, WebhookDelivery } from "../../../../backend/cicd/core/webhook-receiver.ts";
import { createWebhookRouter, type WebhookRouterOptions } from "../../../../backend/cicd/http/webhook-route.ts";
import { listen } from "../../../support/listen.ts";

const queued: ReceiveWebhook = async () => ({
    status: 202,
    answer: { ok: true, verdict: "queued", deploymentIds: ["d"] },
});

function createApp(options: Partial<WebhookRouterOptions> = {}) {
    const reported: unknown[] = [];
    const app = express().use(
        createWebhookRouter({
            hasHook: async () => true,
            receiveWebhook: queued,
            receiveRegistryPush: queued,
            report: (error) => reported.push(error),
            ...options,
        }),
    );
    return { app, reported };
}

/** A receiver that remembers what it got. */
function recorder() {
    const deliveries: WebhookDelivery[] = [];
    const receiveWebhook: ReceiveWebhook = async (delivery) => {
        deliveries.push(delivery);
        return queued(delivery);
    };
    return { deliveries, receiveWebhook };
}

function bytesReadBy([socket]: readonly unknown[]): number {
    return socket instanceof Socket ? socket.bytesRead : 0;
}

describe("the webhook route", () => {
    let server: Server | undefined;
    afterEach(async () => {
        if (server !== undefined) {
            server.closeAllConnections();
            server.close();
            await once(server, "close");
            server = undefined;
        }
    });

    it("hands on id, lower-case headers and the raw bytes, and answers as it is told", async () => {
        const { deliveries, receiveWebhook } = recorder();
        const body = '{ "ref":\t"refs/heads/main" }\n';
        const answer = await request(createApp({ receiveWebhook }).app)
            .post("/api/webhooks/hook-1")
            .set({ "Content-Type": "application/json", "X-GitHub-Event": "push" })
            .send(body);
        expect(answer.status).toBe(202);
        expect(answer.body).toEqual({ ok: true, verdict: "queued", deploymentIds: ["d"] });
        expect(deliveries).toHaveLength(1);
        expect(deliveries[0]).toMatchObject({ id: "hook-1", headers: { "x-github-event": "push" } });
        expect(deliveries[0]?.providerInPath).toBeUndefined();
        expect(Buffer.from(deliveries[0]?.body ?? []).toString()).toBe(body);
        expect(deliveries[0]?.address).toMatch(/127\.0\.0\.1$/);
    });

    it("counts the verdicts", async () => {
        const counted: string[] = [];
        const metrics = { webhookAnswered: (verdict: string) => void counted.push(verdict) };
        await request(createApp({ metrics }).app).post("/api/webhooks/h").send("{}");
        expect(counted).toEqual(["queued"]);
    });

    it("takes the provider from the path, and refuses one that does not exist", async () => {
        const { deliveries, receiveWebhook } = recorder();
        const { app } = createApp({ receiveWebhook });
        await request(app).post("/api/webhooks/gitlab/hook-1").send("{}");
        expect(deliveries[0]).toMatchObject({ id: "hook-1", providerInPath: "gitlab" });
        const wrong = await request(app).post("/api/webhooks/sourceforge/hook-1").send("{}");
        expect(wrong.status).toBe(404);
        expect(wrong.body).toMatchObject({ ok: false, verdict: "rejected" });
        expect(deliveries).toHaveLength(1);
    });

    it("hands what registries send to its own receiver, with the token of the address", async () => {
        const { receiveWebhook, deliveries: others } = recorder();
        const deliveries: RegistryDelivery[] = [];
        const receiveRegistryPush = async (delivery: RegistryDelivery) => {
            deliveries.push(delivery);
            return queued(delivery);
        };
        const { app } = createApp({ receiveWebhook, receiveRegistryPush });

        const answer = await request(app).post("/api/webhooks/registry/hook-1?token=abc").send("{}");
        await request(app).post("/api/webhooks/registry/hook-1?token=a&token=b").send("{}");

        expect(answer.status).toBe(202);
        expect(deliveries).toMatchObject([{ id: "hook-1", token: "abc" }, { id: "hook-1" }]);
        expect(deliveries[1]).not.toHaveProperty("token");
        expect(others).toEqual([]);
    });

    it.each([
        ["application/x-www-form-urlencoded", "payload=%7B%7D"],
        ["text/plain", ""],
        ["application/json; charset=latin1", "{}"],
    ])("does not look into a body of %s", async (type, body) => {
        const { deliveries, receiveWebhook } = recorder();
        const { app } = createApp({ receiveWebhook });
        const answer = await request(app).post("/api/webhooks/h").set("Content-Type", type).send(body);
        expect(answer.status).toBe(202);
        expect(Buffer.from(deliveries[0]?.body ?? []).toString()).toBe(body);
    });

    it("does not unpack a compressed body: the signature is over what was sent", async () => {
        const { deliveries, receiveWebhook } = recorder();
        server = createServer(createApp({ receiveWebhook }).app);
        const base = await listen(server);
        const packed = gzipSync("{}");
        await fetch(`${base}/api/webhooks/h`, {
            method: "POST",
            body: packed,
            headers: { "content-encoding": "gzip" },
        });
        expect(Buffer.from(deliveries[0]?.body ?? []).equals(packed)).toBe(true);
    });

    it("refuses a body over the limit with 413, said or not said in advance", async () => {
        const { deliveries, receiveWebhook } = recorder();
        const { app } = createApp({ receiveWebhook, limits: { maxBytes: 1000, timeoutMs: 5000 } });
        server = createServer(app);
        const base = await listen(server);
        const said = await fetch(`${base}/api/webhooks/h`, { method: "POST", body: "x".repeat(200_000) });
        expect(said.status).toBe(413);
        const unsaid = await fetch(`${base}/api/webhooks/h`, {
            method: "POST",
            body: new Blob(["x".repeat(200_000)]).stream(),
            duplex: "half",
        });
        expect(unsaid.status).toBe(413);
        expect(await unsaid.json()).toMatchObject({ ok: false, verdict: "rejected" });
        expect(deliveries).toEqual([]);
    });

    it("takes 25 MB", async () => {
        const { deliveries, receiveWebhook } = recorder();
        server = createServer(createApp({ receiveWebhook }).app);
        const base = await listen(server);
        const body = Buffer.alloc(25 * 1024 * 1024, "x");
        const answer = await fetch(`${base}/api/webhooks/h`, { method: "POST", body });
        expect(answer.status).toBe(202);
        expect(deliveries[0]?.body.length).toBe(body.length);
        const larger = await fetch(`${base}/api/webhooks/h`, { method: "POST", body: Buffer.concat([body, body]) });
        expect(larger.status).toBe(413);
    });

    it("answers an unknown id without waiting for the body", async () => {
        const { deliveries, receiveWebhook } = recorder();
        server = createServer(createApp({ receiveWebhook, hasHook: async (id) => id === "known" }).app);
        const base = await listen(server);
        for (const path of ["other", "github/other", "registry/other"]) {
            const endless = open(`${base}/api/webhooks/${path}`, {
                method: "POST",
                headers: { "content-length": "9" },
            });
            endless.on("error", () => undefined);
            endless.write("{");
            expect(await once(endless, "response")).toMatchObject([{ statusCode: 404 }]);
            endless.destroy();
        }
        expect(deliveries).toEqual([]);
    });

    it("holds no more bodies at once than there is room for: the others wait, small ones never", async () => {
        const { deliveries, receiveWebhook } = recorder();
        const roomLimits = { maxBytes: 100_000, freeBytes: 1000 };
        server = createServer(createApp({ receiveWebhook, roomLimits }).app);
        const base = await listen(server);
        const connected = once(server, "connection");
        const slow = open(`${base}/api/webhooks/slow`, { method: "POST", headers: { "content-length": "201001" } });
        const answered = once(slow, "response");
        slow.write("x".repeat(201_000));
        await vi.waitFor(async () => expect(bytesReadBy(await connected)).toBeGreaterThan(201_000));
        const waiting = fetch(`${base}/api/webhooks/waiting`, { method: "POST", body: "x".repeat(20_000) });
        await once(server, "request");
        const small = await fetch(`${base}/api/webhooks/small`, { method: "POST", body: "x".repeat(1000) });

        expect(small.status).toBe(202);
        expect(deliveries.map(({ id }) => id)).toEqual(["small"]);
        slow.end("x");
        expect(await answered).toMatchObject([{ statusCode: 202 }]);
        expect((await waiting).status).toBe(202);
        expect(deliveries.map(({ id }) => id)).toEqual(["small", "slow", "waiting"]);
    });

    it("is not held up by those who announce large bodies and send nothing", async () => {
        server = createServer(createApp({ roomLimits: { maxBytes: 100, freeBytes: 0 } }).app);
        const base = await listen(server);
        for (let sender = 0; sender < 5; sender++) {
            const silent = open(`${base}/api/webhooks/h`, { method: "POST", headers: { "content-length": "100" } });
            silent.on("error", () => undefined).flushHeaders();
            await once(server, "request");
        }

        const honest = await fetch(`${base}/api/webhooks/h`, { method: "POST", body: "x".repeat(100) });

        expect(honest.status).toBe(202);
    });

    it("asks for another try where the room stays full", async () => {
        let release: (() => void) | undefined;
        const held = new Promise<void>((resolve) => (release = resolve));
        let holding = 0;
        const receiveWebhook: ReceiveWebhook = async (delivery) => {
            holding++;
            await held;
            return queued(delivery);
        };
        const limits = { maxBytes: 1000, timeoutMs: 50 };
        server = createServer(createApp({ receiveWebhook, limits, roomLimits: { maxBytes: 100, freeBytes: 0 } }).app);
        const base = await listen(server);
        const send = () => fetch(`${base}/api/webhooks/h`, { method: "POST", body: "x".repeat(100) });
        const first = send();
        // One body is read though the room is full.
        const over = send();
        await vi.waitFor(() => expect(holding).toBe(2));

        const third = await send();

        expect(third.status).toBe(503);
        expect(third.headers.get("retry-after")).toBe("30");
        release?.();
        expect((await first).status).toBe(202);
        expect((await over).status).toBe(202);
    });

    it("does not wait for a body that comes too slowly", async () => {
        const { deliveries, receiveWebhook } = recorder();
        server = createServer(createApp({ receiveWebhook, limits: { maxBytes: 1000, timeoutMs: 50 } }).app);
        const base = await listen(server);
        const slow = open(`${base}/api/webhooks/h`, { method: "POST", headers: { "content-length": "100" } });
        slow.on("error", () => undefined);
        slow.write("{");
        expect(await once(slow, "response")).toMatchObject([{ statusCode: 408 }]);
        slow.destroy();
        expect(deliveries).toEqual([]);
    });

    it("answers 503 and when to try again where the delivery could not be stored", async () => {
        const receiveWebhook: ReceiveWebhook = () =>
            Promise.reject(new AppError("unavailable", "database: it is locked; try again later"));
        const { app, reported } = createApp({ receiveWebhook });
        const answer = await request(app).post("/api/webhooks/h").send("{}");
        expect(answer.status).toBe(503);
        expect(answer.headers["retry-after"]).toBe("30");
        expect(answer.body).toEqual({
            ok: false,
            verdict: "rejected",
            reason: "database: it is locked; try again later",
        });
        expect(reported).toEqual([]);
    });

    it("reports a bug and says nothing of its inside", async () => {
        const { app, reported } = createApp({ receiveWebhook: () => Promise.reject(new Error("inside")) });
        const answer = await request(app).post("/api/webhooks/h").send("{}");
        expect(answer.status).toBe(500);
        expect(answer.text).not.toContain("inside");
        expect(reported).toHaveLength(1);
    });

    it("passes on a Retry-After", async () => {
        const receiveWebhook: ReceiveWebhook = async () => ({
            status: 503,
            answer: { ok: false, verdict: "rejected" },
            retryAfterSeconds: 7,
        });
        const answer = await request(createApp({ receiveWebhook }).app).post("/api/webhooks/h").send("{}");
        expect(answer.headers["retry-after"]).toBe("7");
    });

    it.each(["/api/webhooks/h", "/api/webhooks/github/h"])(
        "tells a browser at %s what the address is for",
        async (path) => {
            const answer = await request(createApp().app).get(path);
            expect(answer.status).toBe(405);
            expect(answer.headers["allow"]).toBe("POST");
            expect(answer.text).toMatch(/send POST requests/);
        },
    );
});
