import request from "supertest";
import { beforeEach, describe, expect, it } from "vitest";
import { AppError } from "../../../../common/errors.ts";
import { routes } from "../../../../backend/cicd/http/routes.ts";
import { createRestApp, type RestApp } from "../../../support/rest-app.ts";

const repository = { url: "https://github.com/me/app.git", branch: "main" };

describe("the REST router", () => {
    let rest: RestApp;
    beforeEach(async () => {
        rest = await createRestApp();
    });

    function call(method: "get" | "put" | "post" | "delete", path: string, token = "admin") {
        return request(rest.app)[method](`/api/v1${path}`).auth(token, { type: "bearer" });
    }

    it("answers a login with a token", async () => {
        const answer = await request(rest.app).post("/api/v1/login").send({ username: "admin", password: "right" });
        expect(answer.status).toBe(200);
        expect(answer.body).toEqual({ ok: true, token: "login-token" });
    });

    it("answers a wrong login with 401", async () => {
        const answer = await request(rest.app).post("/api/v1/login").send({ username: "admin", password: "wrong" });
        expect(answer.status).toBe(401);
        expect(answer.body.error.code).toBe("unauthorized");
    });

    it.each(routes.filter(({ right }) => right !== "public").map((route) => [route.method, route.path] as const))(
        "refuses %s %s without a token",
        async (method, path) => {
            const answer = await request(rest.app)[method](`/api/v1${path.replace(/\{\w+\}/g, "x")}`);
            expect(answer.status).toBe(401);
            expect(answer.body).toMatchObject({ ok: false, error: { code: "unauthorized" } });
        },
    );

    it.each(
        routes
            .filter(({ right }) => right !== "public" && right !== "read")
            .map((route) => [route.method, route.path] as const),
    )("refuses %s %s to somebody who may only read", async (method, path) => {
        const answer = await call(method, path.replace(/\{\w+\}/g, "x"), "reader");
        expect(answer.status).toBe(403);
        expect(answer.body.error.message).toMatch(/needs the right/);
    });

    it("refuses an unknown token, and says what to do", async () => {
        const answer = await call("get", "/stacks", "unknown");
        expect(answer.status).toBe(401);
        expect(answer.body.error.message).toMatch(/unknown, expired or revoked; log in again/);
    });

    it.each([
        ["get", "/nothing"],
        ["delete", "/stacks"],
        ["post", "/deployments/x"],
        ["get", "/registries"],
    ] as const)("answers %s %s with 404 in the shape of errors", async (method, path) => {
        const answer = await call(method, path);
        expect(answer.status).toBe(404);
        expect(answer.body).toMatchObject({ ok: false, error: { code: "not_found" } });
    });

    it("answers a path that cannot be decoded with 400", async () => {
        const answer = await call("get", "/stacks/%E0%A4%A");
        expect(answer.status).toBe(400);
        expect(answer.body.error.code).toBe("invalid");
    });

    it("names field, reason and all issues of a wrong body", async () => {
        const answer = await call("put", "/stacks/web/repository").send({ url: 7, branch: "a b", extra: 1 });
        expect(answer.status).toBe(400);
        expect(answer.body.error.message).toBe("url: invalid input: expected string, received number");
        expect(answer.body.error.details).toEqual([
            { field: "url", message: "url: invalid input: expected string, received number" },
            { field: "branch", message: "branch: the ref contains a character that is not allowed in a ref" },
            { field: "body", message: "body: extra is not known here; leave it out" },
        ]);
    });

    it("says which field is missing", async () => {
        const answer = await call("put", "/stacks/web/repository").send({});
        expect(answer.body.error.message).toBe("url: is missing; give a string");
    });

    it.each(["Web", "-x", "a".repeat(65), "a.b"])("refuses the stack name %s", async (name) => {
        const answer = await call("put", `/stacks/${name}/repository`).send(repository);
        expect(answer.status).toBe(400);
        expect(answer.body.error.message).toMatch(/^stack name: use only/);
    });

    it("answers malformed JSON with 400", async () => {
        const answer = await call("post", "/stacks/web/deployments").type("json").send('{"branch":');
        expect(answer.status).toBe(400);
        expect(answer.body.error.message).toBe("body: is not valid JSON; send one JSON object");
    });

    it("answers another content type with 400", async () => {
        const answer = await call("post", "/stacks/web/deployments").type("text/plain").send("branch=main");
        expect(answer.status).toBe(400);
        expect(answer.body.error.message).toMatch(/^Content-Type: send the body as application\/json/);
    });

    it("answers a body that is too large with 413", async () => {
        const answer = await call("post", "/stacks/web/deployments").send({ branch: "x".repeat(9 * 1024 * 1024) });
        expect(answer.status).toBe(413);
        expect(answer.body.error.code).toBe("invalid");
    });

    it("takes a missing body for an empty one", async () => {
        const answer = await call("post", "/stacks/old/deployments", "deployer");
        expect(answer.status).toBe(202);
        expect(answer.body.deployment).toMatchObject({ stackId: "old", status: "pending", canRollBack: false });
    });

    it("does not show what a bug says, but reports it", async () => {
        rest.remote.failure = undefined;
        const broken = await createRestApp({
            services: { ...rest.services, listStacks: async () => Promise.reject(new Error("secret inside")) },
        });
        const answer = await request(broken.app).get("/api/v1/stacks").auth("admin", { type: "bearer" });
        expect(answer.status).toBe(500);
        expect(answer.text).not.toContain("secret inside");
        expect(broken.reported).toHaveLength(1);
    });

    it("limits calls of one caller, says when to try again, and lets others through", async () => {
        const limited = await createRestApp({ callsPerMinute: 2 });
        const get = (token: string) =>
            request(limited.app).get("/api/v1/stacks").auth(token, { type: "bearer" });
        expect([(await get("admin")).status, (await get("admin")).status]).toEqual([200, 200]);
        const third = await get("admin");
        expect(third.status).toBe(429);
        expect(Number(third.headers["retry-after"])).toBeGreaterThan(0);
        expect((await get("reader")).status).toBe(200);
    });

    it("allows at least 600 calls a minute", async () => {
        for (let count = 0; count < 600; count += 1) {
            expect((await call("get", "/tokens")).status).toBe(200);
        }
    });

    describe("repository", () => {
        it("connects a new stack, shows the secret once, and never the credentials", async () => {
            const put = await call("put", "/stacks/web/repository").send({
                ...repository,
                authType: "http_token",
                credentials: { token: "t0p-secret" },
            });
            expect(put.status).toBe(200);
            expect(put.body).toMatchObject({ stackId: "web", provider: "github", hasCredentials: true });
            expect(put.body.webhookUrl).toBe(`https://dockge.example/api/webhooks/github/${put.body.id}`);
            expect(put.body.webhookSecret).toMatch(/^[0-9a-f]{64}$/);
            expect(put.text).not.toContain("t0p-secret");

            const again = await call("put", "/stacks/web/repository").send({ ...repository, authType: "http_token" });
            expect(again.body.hasCredentials).toBe(true);
            expect(again.body).not.toHaveProperty("webhookSecret");
            const got = await call("get", "/stacks/web/repository", "reader");
            expect(got.body).toEqual(again.body);
            expect((await call("get", "/stacks/web/build-config")).body).toMatchObject({
                buildType: "docker_build",
                timeout: 600,
            });
            expect((await call("get", "/stacks/web/deployments")).body).toEqual({ items: [], nextCursor: null });
        });

        it("answers 503 for an unreachable remote and saves nothing, unless it is forced", async () => {
            rest.remote.failure = new AppError("unavailable", "url: the remote does not answer; try again later");
            const answer = await call("put", "/stacks/web/repository").send(repository);
            expect(answer.status).toBe(503);
            expect(answer.headers["retry-after"]).toBeDefined();
            expect((await call("get", "/stacks/web/repository")).status).toBe(404);
            expect(rest.host.stacks.map(({ name }) => name)).toEqual(["old"]);
            const forced = await call("put", "/stacks/web/repository?force=true").send(repository);
            expect(forced.status).toBe(200);
        });

        it("disconnects", async () => {
            await call("put", "/stacks/web/repository").send(repository);
            expect((await call("delete", "/stacks/web/repository", "editor")).body).toEqual({ ok: true });
            expect((await call("get", "/stacks/web/repository")).status).toBe(404);
            expect((await call("delete", "/stacks/web/repository")).status).toBe(404);
        });

        it("tests a connection", async () => {
            const answer = await call("post", "/stacks/new/repository/test").send({ url: repository.url });
            expect(answer.body).toEqual({
                ok: true,
                branches: ["main", "dev"],
                defaultBranch: "main",
                composePaths: ["compose.yaml"],
            });
            expect((await call("post", "/stacks/new/repository/test")).status).toBe(404);
        });
    });

    it("keeps secrets of the build configuration to itself", async () => {
        await call("put", "/stacks/web/repository").send(repository);
        const body = { environmentVariables: [{ name: "KEY", value: "s3cret", secret: true }] };
        const put = await call("put", "/stacks/web/build-config").send(body);
        expect(put.body.environmentVariables).toEqual([{ name: "KEY", value: null, secret: true }]);
        const kept = await call("put", "/stacks/web/build-config").send({ timeout: 30 });
        expect(kept.body).toMatchObject({ timeout: 30, environmentVariables: [{ name: "KEY", value: null }] });
        const removed = await call("put", "/stacks/web/build-config").send({
            environmentVariables: [{ name: "KEY", value: null, secret: true }],
        });
        expect(removed.body.environmentVariables).toEqual([]);
    });

    it("refuses a build configuration for a stack without repository", async () => {
        expect((await call("put", "/stacks/old/build-config").send({})).status).toBe(409);
    });

    it("pages through deployments, newest first", async () => {
        for (let count = 0; count < 5; count += 1) {
            await call("post", "/stacks/old/deployments");
        }
        const first = await call("get", "/stacks/old/deployments?limit=3");
        expect(first.body.items).toHaveLength(3);
        const second = await call("get", `/stacks/old/deployments?limit=3&cursor=${first.body.nextCursor}`);
        expect(second.body.items).toHaveLength(2);
        expect(second.body.nextCursor).toBeNull();
        const ids = [...first.body.items, ...second.body.items].map(({ id }: { id: string }) => id);
        expect(new Set(ids).size).toBe(5);
        expect((await call("get", "/stacks/old/deployments?limit=201")).status).toBe(400);
    });

    it("answers a stack with its repository, configuration and last 20 deployments", async () => {
        await call("put", "/stacks/old/repository").send(repository);
        for (let count = 0; count < 22; count += 1) {
            await call("post", "/stacks/old/deployments");
        }
        const { body } = await call("get", "/stacks/old");
        expect(body).toMatchObject({ name: "old", status: 3, gitRepository: { stackId: "old" }, buildConfig: {} });
        expect(body.deploymentHistory).toHaveLength(20);
        expect(body.latestDeployment.id).toBe(body.deploymentHistory[0].id);
        const list = await call("get", "/stacks");
        expect(list.body.items[0].latestDeployment.id).toBe(body.latestDeployment.id);
        expect(list.body.items[0]).not.toHaveProperty("deploymentHistory");
        expect((await call("get", "/stacks/none")).status).toBe(404);
    });

    it("cancels and rolls back", async () => {
        const { body } = await call("post", "/stacks/old/deployments");
        const cancelled = await call("post", `/deployments/${body.deployment.id}/cancel`, "deployer");
        expect(cancelled.body).toMatchObject({ id: body.deployment.id, status: "cancelled" });
        const rollback = await call("post", `/deployments/${body.deployment.id}/rollback`, "deployer");
        expect(rollback.status).toBe(202);
        expect(rollback.body.stackId).toBe("old");
        expect((await call("post", "/deployments/none/cancel")).status).toBe(404);
    });

    it("makes tokens that are shown once, lists and revokes them", async () => {
        const made = await call("post", "/tokens").send({ name: "ci", scopes: ["deploy"] });
        expect(made.status).toBe(201);
        expect(made.body.token).toMatch(/^cicd_[\w-]{43}$/);
        const list = await call("get", "/tokens");
        expect(list.body.items).toMatchObject([{ id: made.body.id, name: "ci", scopes: ["deploy"], username: "admin" }]);
        expect(list.text).not.toContain(made.body.token);
        expect((await call("delete", `/tokens/${made.body.id}`)).body).toEqual({ ok: true });
        expect((await call("get", "/tokens")).body.items).toEqual([]);
        expect((await call("delete", `/tokens/${made.body.id}`)).status).toBe(404);
        expect((await call("post", "/tokens").send({ name: "x", scopes: ["root"] })).status).toBe(400);
    });
});
