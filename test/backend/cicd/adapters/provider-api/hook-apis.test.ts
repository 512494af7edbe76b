import type { ServerResponse } from "node:http";
import { describe, expect, it, onTestFinished } from "vitest";
import { bitbucketSpec } from "../../../../../backend/cicd/adapters/provider-api/bitbucket.ts";
import { createHookApi } from "../../../../../backend/cicd/adapters/provider-api/hook-api.ts";
import { createHookApis } from "../../../../../backend/cicd/adapters/provider-api/index.ts";
import { createSend } from "../../../../../backend/cicd/adapters/provider-api/send.ts";
import type { HookApi, HookTarget } from "../../../../../backend/cicd/core/hook-api.ts";
import type { GitProvider } from "../../../../../common/schema/git-repository.ts";
import { matching } from "../../../../support/containing.ts";
import { startProviderApi, type Trouble } from "../../../../support/provider-api-server.ts";
import type { DialectName, StoredHook } from "../../../../support/provider-dialects.ts";

const token = "glpat-Zw8+/=token&1";
const wanted = { url: "https://deploy.example.org/api/webhooks/github/abc", secret: "a-webhook-secret" };
const isOurs = (url: string): boolean => url.endsWith("/abc");
const { signal } = new AbortController();

interface Case {
    readonly dialect: DialectName;
    readonly provider: GitProvider;
    readonly path: string;
    readonly owner: string;
    readonly name: string;
    readonly username?: string;
    readonly events: readonly string[];
}

const cases: readonly Case[] = [
    { dialect: "github", provider: "github", path: "/o/app.git", owner: "o", name: "app", events: ["push"] },
    { dialect: "gitlab", provider: "gitlab", path: "/g/sub/app", owner: "g/sub", name: "app", events: ["push", "tag"] },
    { dialect: "gitea", provider: "gitea", path: "/o/app.git", owner: "o", name: "app", events: ["push"] },
    {
        dialect: "gogs",
        provider: "gitea",
        path: "/o/app.git",
        owner: "o",
        name: "app",
        events: ["push", "create", "release"],
    },
    {
        dialect: "bitbucketCloud",
        provider: "bitbucket",
        path: "/ws/app.git",
        owner: "ws",
        name: "app",
        events: ["repo:push"],
    },
    {
        dialect: "bitbucketServer",
        provider: "bitbucket",
        path: "/scm/~ada/app.git",
        owner: "~ada",
        name: "app",
        username: "ada",
        events: ["repo:refs_changed"],
    },
];

/** The provider's API on this machine, and the adapter that talks to it. */
async function open(given: Case, options: { readonly timeoutMs?: number; readonly token?: string } = {}) {
    const server = await startProviderApi({ ...given, token });
    onTestFinished(server.close);
    const isCloud = given.dialect === "bitbucketCloud";
    const send = { allowPrivateHosts: true, timeoutMs: options.timeoutMs };
    const api = isCloud ? cloudApi(server.url) : createHookApis(send).get(given.provider);
    if (api === undefined) {
        throw new Error("no api");
    }
    const url = `${isCloud ? "https://bitbucket.org" : server.url}${given.path}`;
    const credentials = { token: options.token ?? token, username: given.username };
    const target: HookTarget = { url, allowPrivateHost: false, credentials };
    return { server, api, target };
}

/** Bitbucket Cloud has one host only: what is meant for it goes to this machine. */
function cloudApi(url: string): HookApi {
    const send = createSend({ allowPrivateHosts: true });
    return createHookApi(bitbucketSpec, (call) => {
        expect(call.url.origin).toBe("https://api.bitbucket.org");
        return send({ ...call, url: new URL(`${call.url.pathname}${call.url.search}`, url) });
    });
}

function otherHook(index: number): StoredHook {
    const url = `https://ci.example/${index}`;
    return { id: String(900_000 + index), url, secret: "x", active: true, events: ["push"] };
}

describe.each(cases)("the webhooks API of $dialect", (given) => {
    it("has no hook, gets one, finds it, changes it, and loses it", async () => {
        const { server, api, target } = await open(given);
        expect(await api.find(target, isOurs, signal)).toEqual([]);

        const made = await api.create(target, wanted, signal);
        expect(server.hooks).toMatchObject([{ ...wanted, active: true, events: given.events }]);
        expect(made).toMatchObject({ url: wanted.url, active: true });
        expect(await api.find(target, isOurs, signal)).toMatchObject([{ id: made.id, active: true }]);

        const changed = await api.update(
            target,
            made.id,
            { url: "https://new.example/abc", secret: "other-one" },
            signal,
        );
        expect(server.hooks).toMatchObject([{ url: "https://new.example/abc", secret: "other-one" }]);

        await api.remove(target, changed.id, signal);
        await api.remove(target, changed.id, signal);
        expect(server.hooks).toEqual([]);
        expect(server.complaints).toEqual([]);
    });

    it("is read to the last page", async () => {
        const { server, api, target } = await open(given);
        server.hooks.push(...Array.from({ length: 230 }, (_, index) => otherHook(index)));
        await api.create(target, wanted, signal);

        expect(await api.find(target, isOurs, signal)).toHaveLength(1);
        expect(server.requests.length).toBeLessThan(10);
        expect(server.complaints).toEqual([]);
    });

    it("tells of a hook that is switched off, or hears of no push", async () => {
        const { server, api, target } = await open(given);
        const hook = { id: "1", url: wanted.url, secret: "x" };
        server.hooks.push(
            { ...hook, active: false, events: given.events },
            { ...hook, id: "2", active: true, events: ["x"] },
        );

        expect(await api.find(target, isOurs, signal)).toMatchObject([{ active: false }, { active: false }]);
    });

    it.each<[string, Trouble, string, RegExp]>([
        ["a login that is refused", status(401), "hook_unauthorized", /refused the token/],
        [
            "a missing right",
            status(403, { message: "Resource not accessible" }),
            "hook_forbidden",
            /not manage webhooks.*not accessible/,
        ],
        ["an unknown repository", status(404), "hook_not_found", /no such repository/],
        [
            "a refused address",
            status(422, { message: `no, ${token}` }),
            "hook_refused",
            /refused the webhook: "no, \*\*\*"/,
        ],
        ["a rate limit", status(429), "hook_unreachable", /rate limit/],
        ["a failing server", status(502), "hook_unreachable", /problem of its own/],
        ["a redirect", redirect, "hook_not_found", /has moved/],
        ["a page in the place of JSON", garbage, "hook_unexpected", /provider is right/],
        ["another form of JSON", status(200, { hello: ["world"] }), "hook_unexpected", /another form/],
        ["an endless answer", huge, "hook_unexpected", /more than 2 MiB/],
        ["no answer", () => true, "hook_unreachable", /did not answer within 0.2 s/],
    ])("tells %s apart", async (_name, trouble, errorCode, words) => {
        const slow = errorCode === "hook_unreachable";
        const { server, api, target } = await open(given, slow ? { timeoutMs: 200 } : {});
        if (given.dialect === "bitbucketCloud" && words.source.includes("within")) {
            return;
        }
        server.trouble = trouble;

        const error = await api.create(target, wanted, signal).then(
            () => undefined,
            (thrown: unknown) => thrown,
        );
        expect(error).toMatchObject({
            name: "AppError",
            details: { errorCode },
            message: matching(words),
        });
        expect(String(error)).not.toContain(token);
    });

    it("tells a hidden list apart from an unknown repository", async () => {
        const { server, api, target } = await open(given);
        server.trouble = ({ path }, response) =>
            /hooks/.test(path) && status(404)({ method: "", path, headers: {} }, response);

        await expect(api.find(target, isOurs, signal)).rejects.toMatchObject({
            details: { errorCode: "hook_forbidden" },
            message: matching(/it needs/),
        });
    });

    it("sends no token that would break out of its header", async () => {
        const { server, api, target } = await open(given, { token: "x\r\nx-more: 1…" });
        const error = await api.find(target, isOurs, signal).catch((thrown: unknown) => thrown);
        expect(error).toMatchObject({ details: { errorCode: "hook_unauthorized" } });
        expect(server.requests.filter((request) => request.includes("x-more"))).toEqual([]);
    });

    it("refuses a wrong token in words", async () => {
        const { api, target } = await open(given, { token: "another-token" });

        await expect(api.find(target, isOurs, signal)).rejects.toMatchObject({
            details: { errorCode: "hook_unauthorized" },
        });
    });
});

describe("what came of the newest delivery", () => {
    it.each([
        [
            "github",
            { last_response: { code: 502, status: "misconfigured", message: "Bad Gateway" } },
            "502 Bad Gateway",
            true,
        ],
        ["github", { last_response: null }, undefined, true],
        ["gitlab", { alert_status: "disabled" }, "disabled", false],
        [
            "gitlab",
            { alert_status: "temporarily_disabled", disabled_until: "2026-01-31T12:00:00Z" },
            "temporarily disabled until 2026-01-31T12:00:00Z",
            false,
        ],
    ] as const)("is told by %s: %j", async (dialect, more, lastStatus, active) => {
        const given = cases.find((one) => one.dialect === dialect);
        const { server, api, target } = await open(given ?? raise());
        server.hooks.push({ id: "1", url: wanted.url, secret: "x", active: true, events: ["push"], more });

        const [hook] = await api.find(target, isOurs, signal);
        expect(hook).toMatchObject({ active });
        expect(hook?.lastStatus).toBe(lastStatus);
    });
});

function raise(): never {
    throw new Error("no such case");
}

function status(code: number, body: object = {}): Trouble {
    return (_request, response) => {
        response.writeHead(code, { "content-type": "application/json" }).end(JSON.stringify(body));
        return true;
    };
}

function redirect(_request: unknown, response: ServerResponse): boolean {
    response.writeHead(302, { location: "http://169.254.169.254/latest/meta-data" }).end();
    return true;
}

function garbage(_request: unknown, response: ServerResponse): boolean {
    response.writeHead(200, { "content-type": "text/html" }).end("<html>Log in</html>");
    return true;
}

function huge(_request: unknown, response: ServerResponse): boolean {
    response.writeHead(200, { "content-type": "application/json" });
    response.on("error", () => undefined);
    const chunk = Buffer.alloc(1024 * 1024, 0x20);
    for (let count = 0; count < 4; count += 1) {
        response.write(chunk);
    }
    return true;
}
