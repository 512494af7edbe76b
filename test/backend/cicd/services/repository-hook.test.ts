import { describe, expect, it, onTestFinished } from "vitest";
import { createHookApis } from "../../../../backend/cicd/adapters/provider-api/index.ts";
import type { NewRepository } from "../../../../backend/cicd/core/git-repository.ts";
import {
    createRepositoryHook,
    findRepositoryHook,
    removeRepositoryHook,
} from "../../../../backend/cicd/services/repository-hook.ts";
import { containing } from "../../../support/containing.ts";
import { createEdge } from "../../../support/edge.ts";
import { startProviderApi } from "../../../support/provider-api-server.ts";
import { newRepository } from "../../../support/records.ts";

const token = "a-provider-token";
const { signal } = new AbortController();

/** A connected stack "web", and its provider on this machine. */
async function open(fields: Partial<NewRepository> = {}) {
    const provider = await startProviderApi({ dialect: "gitea", owner: "o", name: "web", token });
    onTestFinished(provider.close);
    const { stores } = await createEdge();
    const url = `${provider.url}/o/web.git`;
    const access = { provider: "gitea", authType: "http_token", credentials: { token } } as const;
    const connect = (more: Partial<NewRepository> = {}) =>
        stores.repositories.save(newRepository({ url, ...access, allowPrivateHost: true, ...more }));
    const repository = await connect(fields);
    const hookApis = createHookApis({ allowPrivateHosts: false });
    const ports = { repositories: stores.repositories, hookApis, baseUrl: "https://deploy.example" };
    return { provider, ports, repository, connect, url };
}

const call = { stack: "web", signal };

describe("the webhook at the provider", () => {
    it("is not there, is made once, and is removed", async () => {
        const { provider, ports, repository } = await open();
        const url = `https://deploy.example/api/webhooks/gitea/${repository.id}`;
        expect(await findRepositoryHook(ports, call)).toEqual({ supported: true, installed: false });

        const made = await createRepositoryHook(ports, call);
        expect(made).toMatchObject({
            supported: true,
            installed: true,
            active: true,
            url,
            current: true,
            stack: "web",
        });
        expect(provider.hooks).toMatchObject([{ url, secret: "a-webhook-secret" }]);

        await createRepositoryHook(ports, call);
        expect(provider.hooks).toHaveLength(1);
        expect(await findRepositoryHook(ports, call)).toMatchObject({ installed: true, active: true, current: true });

        expect(await removeRepositoryHook(ports, call)).toEqual({ supported: true, installed: false });
        expect(await removeRepositoryHook(ports, call)).toEqual({ supported: true, installed: false });
        expect(provider.hooks).toEqual([]);
        expect(provider.complaints).toEqual([]);
    });

    it("is known again under an old address of this server, and brought up to date", async () => {
        const { provider, ports, repository } = await open();
        await createRepositoryHook({ ...ports, baseUrl: "http://localhost:5001" }, call);

        expect(await findRepositoryHook(ports, call)).toMatchObject({ installed: true, current: false });
        await createRepositoryHook(ports, call);

        expect(provider.hooks.map(({ url }) => url)).toEqual([
            `https://deploy.example/api/webhooks/gitea/${repository.id}`,
        ]);
    });

    it("of another stack of the same repository serves this one, too, with that one's secret", async () => {
        const { provider, ports, connect, url } = await open();
        await createRepositoryHook(ports, call);
        await connect({ stackId: "shop", url: url.replace(/\.git$/, "/"), webhookSecret: "shop-secret" });

        expect(await createRepositoryHook(ports, { stack: "shop", signal })).toMatchObject({
            installed: true,
            stack: "web",
        });
        expect(provider.hooks).toMatchObject([{ secret: "a-webhook-secret" }]);
    });

    it("is not that of a registry, nor of another tool", async () => {
        const { provider, ports, repository } = await open();
        const hook = { secret: "x", active: true, events: ["push"] };
        provider.hooks.push(
            { ...hook, id: "1", url: `https://deploy.example/api/webhooks/registry/${repository.id}?token=t` },
            { ...hook, id: "2", url: "https://ci.example/api/webhooks/other" },
        );

        expect(await findRepositoryHook(ports, call)).toMatchObject({ installed: false });
        await removeRepositoryHook(ports, call);
        expect(provider.hooks).toHaveLength(2);
    });

    it("cannot be read without a token, which may be given for once", async () => {
        const { ports, repository } = await open({ authType: "none", credentials: undefined });

        expect(await findRepositoryHook(ports, call)).toMatchObject({
            supported: true,
            installed: false,
            problemCode: "hook_no_token",
            problem: containing("has no token"),
        });
        await expect(createRepositoryHook(ports, call)).rejects.toMatchObject({ code: "invalid" });

        expect(await createRepositoryHook(ports, { ...call, access: { token } })).toMatchObject({ installed: true });
        expect((await ports.repositories.findByStack("web"))?.credentials).toBeUndefined();
        expect(repository.authType).toBe("none");
    });

    it("says that an SSH key opens no API", async () => {
        const { ports } = await open({ authType: "ssh_key", credentials: { privateKey: "k" } });
        expect((await findRepositoryHook(ports, call)).problem).toContain("an SSH key opens no API");
    });

    it("tells what the provider refuses as part of the answer, and as an error where something was to be done", async () => {
        const { ports } = await open({ credentials: { token: "another" } });
        expect(await findRepositoryHook(ports, call)).toMatchObject({
            installed: false,
            problemCode: "hook_unauthorized",
        });
        await expect(createRepositoryHook(ports, call)).rejects.toMatchObject({
            code: "invalid",
            message: containing("refused the token"),
        });
    });

    it("does not send the token to a private host that is not allowed", async () => {
        const { ports, provider } = await open({ allowPrivateHost: false });
        expect(await findRepositoryHook(ports, call)).toMatchObject({ problemCode: "hook_unreachable" });
        expect(provider.requests).toEqual([]);
    });

    it("is not supported for other senders, nor known for a stack that is not connected", async () => {
        const { ports } = await open({ provider: "generic" });
        expect(await findRepositoryHook(ports, call)).toEqual({ supported: false, installed: false });
        await expect(createRepositoryHook(ports, call)).rejects.toMatchObject({ code: "invalid" });
        await expect(findRepositoryHook(ports, { stack: "none", signal })).rejects.toMatchObject({ code: "not_found" });
    });
});
