import { beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { AppError } from "../../../../common/errors.ts";
import { CreatedApiToken } from "../../../../common/schema/api-token.ts";
import { Deployment } from "../../../../common/schema/deployment.ts";
import { GitRepository } from "../../../../common/schema/git-repository.ts";
import { RestStack } from "../../../../common/schema/stack.ts";
import { routes } from "../../../../backend/cicd/http/routes.ts";
import { createRestApp, type Answer, type RestApp } from "../../../support/rest-app.ts";

const repository = { url: "https://github.com/me/app.git", branch: "main" };
const guarded = routes.filter(({ right }) => right !== "public");
const Deployments = z.object({ items: z.array(Deployment), nextCursor: z.string().nullable() });

/** The message of a refused call. */
function messageOf(answer: Answer): string {
    return z.object({ ok: z.literal(false), error: z.object({ message: z.string() }) }).parse(answer.body).error
        .message;
}

async function trigger(rest: RestApp, stack = "old"): Promise<Deployment> {
    const { body } = await rest.call("post", `/stacks/${stack}/deployments`);
    return z.object({ deployment: Deployment }).parse(body).deployment;
}

describe("the REST router", () => {
    let rest: RestApp;
    beforeEach(async () => {
        rest = await createRestApp();
    });

    it("answers a login with a token", async () => {
        const body = { username: "admin", password: "right" };
        const answer = await rest.call("post", "/login", { token: "", body });
        expect(answer).toMatchObject({ status: 200, body: { ok: true, token: "login-token" } });
    });

    it("answers a wrong login with 401", async () => {
        const body = { username: "admin", password: "wrong" };
        const answer = await rest.call("post", "/login", { token: "", body });
        expect(answer).toMatchObject({ status: 401, body: { ok: false, error: { code: "unauthorized" } } });
    });

    it.each(guarded.map((route) => [route.method, route.path] as const))(
        "refuses %s %s without a token",
        async (method, path) => {
            const answer = await rest.call(method, path.replace(/\{\w+\}/g, "x"), { token: "" });
            expect(answer).toMatchObject({ status: 401, body: { ok: false, error: { code: "unauthorized" } } });
        },
    );

    it.each(guarded.filter(({ right }) => right !== "read").map((route) => [route.method, route.path] as const))(
        "refuses %s %s to somebody who may only read",
        async (method, path) => {
            const answer = await rest.call(method, path.replace(/\{\w+\}/g, "x"), { token: "reader" });
            expect(answer.status).toBe(403);
            expect(messageOf(answer)).toMatch(/needs the right/);
        },
    );

    it("refuses an unknown token, and says what to do", async () => {
        const answer = await rest.call("get", "/stacks", { token: "unknown" });
        expect(answer.status).toBe(401);
        expect(messageOf(answer)).toMatch(/unknown, expired or revoked; log in again/);
    });

    it.each([
        ["get", "/nothing"],
        ["delete", "/stacks"],
        ["post", "/deployments/x"],
        ["get", "/unknown"],
    ] as const)("answers %s %s with 404 in the shape of errors", async (method, path) => {
        const answer = await rest.call(method, path);
        expect(answer).toMatchObject({ status: 404, body: { ok: false, error: { code: "not_found" } } });
    });

    it("answers a path that cannot be decoded with 400", async () => {
        const answer = await rest.call("get", "/stacks/%E0%A4%A");
        expect(answer).toMatchObject({ status: 400, body: { ok: false, error: { code: "invalid" } } });
    });

    it("names field, reason and all issues of a wrong body", async () => {
        const body = { url: 7, branch: "a b", extra: 1 };
        const answer = await rest.call("put", "/stacks/web/repository", { body });
        const url = "url: invalid input: expected string, received number";
        expect(answer.status).toBe(400);
        expect(messageOf(answer)).toBe(url);
        expect(answer.body).toMatchObject({
            error: {
                details: [
                    { field: "url", message: url },
                    { field: "branch", message: "branch: the ref contains a character that is not allowed in a ref" },
                    { field: "body", message: "body: extra is not known here; leave it out" },
                ],
            },
        });
    });

    it("says which field is missing", async () => {
        const answer = await rest.call("put", "/stacks/web/repository", { body: {} });
        expect(messageOf(answer)).toBe("url: is missing; give a string");
    });

    it.each(["Web", "-x", "a".repeat(65), "a.b"])("refuses the stack name %s", async (name) => {
        const answer = await rest.call("put", `/stacks/${name}/repository`, { body: repository });
        expect(answer.status).toBe(400);
        expect(messageOf(answer)).toMatch(/^stack name: use only/);
    });

    it.each([
        ["$(reboot)", "ref"],
        ["-x", "ref"],
        ["a..b", "ref"],
    ])("refuses to deploy the branch %s", async (branch) => {
        const answer = await rest.call("post", "/stacks/old/deployments", { body: { branch } });
        expect(answer.status).toBe(400);
        expect(messageOf(answer)).toMatch(/^branch: the ref/);
    });

    it("answers malformed JSON with 400", async () => {
        const answer = await rest.call("post", "/stacks/web/deployments", { body: '{"branch":' });
        expect(answer.status).toBe(400);
        expect(messageOf(answer)).toBe("body: is not valid JSON; send one JSON object");
    });

    it("answers another content type with 400", async () => {
        const answer = await rest.call("post", "/stacks/web/deployments", { body: "branch=main", type: "text/plain" });
        expect(answer.status).toBe(400);
        expect(messageOf(answer)).toMatch(/^Content-Type: send the body as application\/json/);
    });

    it("answers a body that is too large with 413", async () => {
        const body = { branch: "x".repeat(9 * 1024 * 1024) };
        const answer = await rest.call("post", "/stacks/web/deployments", { body });
        expect(answer).toMatchObject({ status: 413, body: { ok: false, error: { code: "invalid" } } });
    });

    it("takes a missing body for an empty one", async () => {
        const answer = await rest.call("post", "/stacks/old/deployments", { token: "deployer" });
        expect(answer.status).toBe(202);
        expect(answer.body).toMatchObject({ deployment: { stackId: "old", status: "pending", canRollBack: false } });
    });

    it("does not show what a bug says, but reports it", async () => {
        const listStacks = async () => Promise.reject(new Error("secret inside"));
        const broken = await createRestApp({ services: { ...rest.services, listStacks } });
        const answer = await broken.call("get", "/stacks");
        expect(answer.status).toBe(500);
        expect(answer.text).not.toContain("secret inside");
        expect(broken.reported).toHaveLength(1);
    });

    it("takes data of its own that does not fit for a bug, not for wrong input", async () => {
        const listStacks = async () => z.never().parse("a damaged row");
        const broken = await createRestApp({ services: { ...rest.services, listStacks } });
        expect((await broken.call("get", "/stacks")).status).toBe(500);
        expect(broken.reported).toHaveLength(1);
    });

    it("limits the calls of one caller, says when to try again, and lets others through", async () => {
        const limited = await createRestApp({ callsPerMinute: 2 });
        expect((await limited.call("get", "/stacks")).status).toBe(200);
        expect((await limited.call("get", "/stacks")).status).toBe(200);
        const third = await limited.call("get", "/stacks");
        expect(third.status).toBe(429);
        expect(Number(third.headers["retry-after"])).toBeGreaterThan(0);
        expect((await limited.call("get", "/stacks", { token: "reader" })).status).toBe(200);
    });

    it("allows at least 600 calls a minute", async () => {
        for (let count = 0; count < 600; count += 1) {
            expect((await rest.call("get", "/tokens")).status).toBe(200);
        }
    });
});

describe("REST, the repository of a stack", () => {
    let rest: RestApp;
    beforeEach(async () => {
        rest = await createRestApp();
    });
    const path = "/stacks/web/repository";

    it("connects a new stack, shows the secret once, and never the credentials", async () => {
        const access = { authType: "http_token", credentials: { token: "t0p-secret" } };
        const put = await rest.call("put", path, { body: { ...repository, ...access } });
        const made = GitRepository.parse(put.body);
        expect(made).toMatchObject({ stackId: "web", provider: "github", hasCredentials: true });
        expect(made.webhookUrl).toBe(`https://dockge.example/api/webhooks/github/${made.id}`);
        expect(made.webhookSecret).toMatch(/^[0-9a-f]{64}$/);
        expect(put.text).not.toContain("t0p-secret");

        const again = await rest.call("put", path, { body: { ...repository, authType: "http_token" } });
        expect(again.body).toMatchObject({ id: made.id, hasCredentials: true });
        expect(again.body).not.toHaveProperty("webhookSecret");
        expect((await rest.call("get", path, { token: "reader" })).body).toEqual(again.body);
        const config = await rest.call("get", "/stacks/web/build-config");
        expect(config.body).toMatchObject({ buildType: "docker_build", timeout: 600 });
        const deployments = await rest.call("get", "/stacks/web/deployments");
        expect(deployments.body).toEqual({ items: [], nextCursor: null });
    });

    it("answers 503 for an unreachable remote and saves nothing, unless it is forced", async () => {
        rest.remote.failure = new AppError("unavailable", "url: the remote does not answer; try again later");
        const answer = await rest.call("put", path, { body: repository });
        expect(answer.status).toBe(503);
        expect(answer.headers["retry-after"]).toBeDefined();
        expect((await rest.call("get", path)).status).toBe(404);
        expect(rest.host.stacks.map(({ name }) => name)).toEqual(["old"]);
        expect((await rest.call("put", `${path}?force=true`, { body: repository })).status).toBe(200);
    });

    it("tells the webhook's secret and addresses to those who may edit, and to nobody else", async () => {
        const { body } = await rest.call("put", path, { body: repository });
        const { id, webhookUrl, webhookSecret } = GitRepository.parse(body);
        const registryUrl = `https://dockge.example/api/webhooks/registry/${id}?token=token-of-${id}`;

        const answer = await rest.call("get", `${path}/webhook`, { token: "editor" });

        expect(answer.body).toEqual({ webhookUrl, webhookSecret, registryUrl });
        expect((await rest.call("get", `${path}/webhook`, { token: "reader" })).status).toBe(403);
    });

    it("disconnects", async () => {
        await rest.call("put", path, { body: repository });
        expect((await rest.call("delete", path, { token: "editor" })).body).toEqual({ ok: true });
        expect((await rest.call("get", path)).status).toBe(404);
        expect((await rest.call("delete", path)).status).toBe(404);
    });

    it("tests a connection", async () => {
        const answer = await rest.call("post", "/stacks/new/repository/test", { body: { url: repository.url } });
        const branches = ["main", "dev"];
        expect(answer.body).toEqual({ ok: true, branches, defaultBranch: "main", composePaths: ["compose.yaml"] });
        expect((await rest.call("post", "/stacks/new/repository/test")).status).toBe(404);
    });

    it("keeps secrets of the build configuration to itself", async () => {
        await rest.call("put", path, { body: repository });
        const put = (body: object) => rest.call("put", "/stacks/web/build-config", { body });
        const secret = { name: "KEY", secret: true };
        expect((await put({ environmentVariables: [{ ...secret, value: "s3cret" }] })).body).toMatchObject({
            environmentVariables: [{ ...secret, value: null }],
        });
        expect((await put({ timeout: 30 })).body).toMatchObject({
            timeout: 30,
            environmentVariables: [{ ...secret, value: null }],
        });
        expect((await put({ environmentVariables: [{ ...secret, value: null }] })).body).toMatchObject({
            environmentVariables: [],
        });
    });

    it("refuses a build configuration for a stack without repository", async () => {
        expect((await rest.call("put", "/stacks/old/build-config", { body: {} })).status).toBe(409);
    });
});

describe("REST, stacks and deployments", () => {
    let rest: RestApp;
    beforeEach(async () => {
        rest = await createRestApp();
    });

    it("pages through deployments, newest first", async () => {
        for (let count = 0; count < 5; count += 1) {
            await trigger(rest);
        }
        const first = Deployments.parse((await rest.call("get", "/stacks/old/deployments?limit=3")).body);
        const path = `/stacks/old/deployments?limit=3&cursor=${first.nextCursor ?? ""}`;
        const second = Deployments.parse((await rest.call("get", path)).body);
        expect([first.items.length, second.items.length, second.nextCursor]).toEqual([3, 2, null]);
        expect(new Set([...first.items, ...second.items].map(({ id }) => id)).size).toBe(5);
        expect((await rest.call("get", "/stacks/old/deployments?limit=201")).status).toBe(400);
    });

    it("answers a stack with its repository, configuration and last 20 deployments", async () => {
        await rest.call("put", "/stacks/old/repository", { body: repository });
        for (let count = 0; count < 22; count += 1) {
            await trigger(rest);
        }
        const stack = RestStack.parse((await rest.call("get", "/stacks/old")).body);
        expect(stack).toMatchObject({ name: "old", status: 3, gitRepository: { stackId: "old" }, buildConfig: {} });
        expect(stack.deploymentHistory).toHaveLength(20);
        expect(stack.latestDeployment).toEqual(stack.deploymentHistory?.[0]);
        const { body } = await rest.call("get", "/stacks");
        const { deploymentHistory, ...listed } = stack;
        expect(deploymentHistory).toBeDefined();
        expect(body).toEqual({ items: [listed], nextCursor: null });
        expect((await rest.call("get", "/stacks/none")).status).toBe(404);
    });

    it("shows folders that cannot be managed, and says why", async () => {
        rest.host.stacks.push({ name: "My.App", status: 1 });
        const { body } = await rest.call("get", "/stacks/My.App");
        expect(RestStack.parse(body).unmanageable).toMatch(/^stack name: use only/);
    });

    it("cancels and rolls back", async () => {
        const { id } = await trigger(rest);
        const cancelled = await rest.call("post", `/deployments/${id}/cancel`, { token: "deployer" });
        expect(cancelled.body).toMatchObject({ id, status: "cancelled" });
        const rollback = await rest.call("post", `/deployments/${id}/rollback`, { token: "deployer" });
        expect(rollback).toMatchObject({ status: 202, body: { stackId: "old" } });
        expect((await rest.call("post", "/deployments/none/cancel")).status).toBe(404);
    });

    it("marks what is live, and what can be rolled back to", async () => {
        const old = await trigger(rest);
        const live = await trigger(rest);
        for (const { id } of [old, live]) {
            await rest.stores.deployments.transition(id, "pending", "deploying");
            await rest.stores.deployments.transition(id, "deploying", "successful");
            rest.kept.add(id);
        }
        expect((await rest.call("get", `/deployments/${old.id}`)).body).toMatchObject({
            live: false,
            canRollBack: true,
        });
        expect((await rest.call("get", `/deployments/${live.id}`)).body).toMatchObject({
            live: true,
            canRollBack: false,
        });
    });

    it("makes tokens that are shown once, lists and revokes them", async () => {
        const made = await rest.call("post", "/tokens", { body: { name: "ci", scopes: ["deploy"] } });
        const { id, token } = CreatedApiToken.parse(made.body);
        expect(made.status).toBe(201);
        expect(token).toMatch(/^cicd_[\w-]{43}$/);
        const list = await rest.call("get", "/tokens");
        expect(list.body).toMatchObject({ items: [{ id, name: "ci", scopes: ["deploy"], username: "admin" }] });
        expect(list.text).not.toContain(token);
        expect((await rest.call("delete", `/tokens/${id}`)).body).toEqual({ ok: true });
        expect((await rest.call("get", "/tokens")).body).toMatchObject({ items: [] });
        expect((await rest.call("delete", `/tokens/${id}`)).status).toBe(404);
        expect((await rest.call("post", "/tokens", { body: { name: "x", scopes: ["root"] } })).status).toBe(400);
    });
});
