import { beforeEach, describe, expect, it } from "vitest";
import type { Caller } from "../../../../backend/cicd/core/host.ts";
import { AppError } from "../../../../common/errors.ts";
import { ConnectStacksInput } from "../../../../common/schema/discovery.ts";
import { containing } from "../../../support/containing.ts";
import { admin, createEdge, type Edge } from "../../../support/edge.ts";
import { newBuildConfig, newRepository } from "../../../support/records.ts";

const editor: Caller = { username: "editor", via: "login", rights: ["edit"] };
const url = "https://git.example/me/homelab.git";
const shop = { stack: "shop", composePath: "apps/shop/compose.yaml" };
const blog = { stack: "blog", composePath: "blog/compose.yml", paths: ["blog/**", "shared/**"] };

describe("connecting several stacks at once", () => {
    let edge: Edge;
    beforeEach(async () => {
        edge = await createEdge();
    });

    function connect(fields: Record<string, unknown> = {}, caller = admin) {
        const input = ConnectStacksInput.parse({ url, branch: "main", stacks: [shop, blog], ...fields });
        return edge.services.connectStacks({ input, caller, signal: new AbortController().signal });
    }
    async function secretOf(stack: string) {
        return (await edge.stores.repositories.findByStack(stack))?.webhookSecret;
    }

    it("gives each its compose file and paths, and all of them one webhook", async () => {
        const answer = await connect({ autoSync: true });

        expect(answer.stacks.map(({ stack, ok, error }) => [stack, ok, error])).toEqual([
            ["shop", true, undefined],
            ["blog", true, undefined],
        ]);
        expect(answer.webhookUrl).toBe(answer.stacks[0]?.repository?.webhookUrl);
        expect(answer).toMatchObject({ webhookKnown: false, provider: "generic" });
        expect(answer.webhookSecret).toHaveLength(64);
        expect([await secretOf("shop"), await secretOf("blog")]).toEqual([answer.webhookSecret, answer.webhookSecret]);
        expect((await edge.stores.buildConfigs.findByStack("shop"))?.composePath).toBe("apps/shop/compose.yaml");
        expect(await edge.stores.repositories.findByStack("blog")).toMatchObject({
            paths: ["blog/**", "shared/**"],
            autoSync: true,
        });
        expect(answer.stacks.flatMap(({ repository }) => repository?.webhookSecret ?? [])).toEqual([]);
        expect(await edge.stores.deployments.list("shop", 5)).toEqual([]);
    });

    it("asks the remote once, however many stacks there are", async () => {
        await connect();
        expect(edge.remote.asked).toHaveLength(1);
    });

    it("deploys those that are to be deployed", async () => {
        const { stacks } = await connect({ stacks: [{ ...shop, deploy: true }, blog] });
        expect(stacks.map(({ deployment }) => deployment?.status)).toEqual(["pending", undefined]);
    });

    it("uses the webhook that a stack of the same address has already", async () => {
        const stored = await edge.stores.repositories.save(
            newRepository({ stackId: "root", url: "git@git.example:me/homelab.git", webhookSecret: "known-secret" }),
        );
        const answer = await connect();
        expect(answer).toMatchObject({
            webhookKnown: true,
            webhookSecret: "known-secret",
            webhookUrl: `https://dockge.example/api/webhooks/github/${stored.id}`,
            provider: "github",
        });
        expect(await secretOf("shop")).toBe("known-secret");
    });

    it("can be asked for again: what is connected stays as it is", async () => {
        const first = await connect();
        await edge.stores.buildConfigs.save(
            newBuildConfig({ stackId: "shop", composePath: shop.composePath, timeout: 99 }),
        );
        const second = await connect();
        expect(second.stacks.map(({ ok }) => ok)).toEqual([true, true]);
        expect(second).toMatchObject({ webhookKnown: true, webhookSecret: first.webhookSecret });
        expect((await edge.stores.buildConfigs.findByStack("shop"))?.timeout).toBe(99);
    });

    it.each([
        ["another repository", { url: "https://git.example/me/else.git" }, undefined],
        ["another file of the same repository", { url }, "other/compose.yaml"],
        ["the same repository's root", { url }, undefined],
    ])("leaves a stack alone that is connected to %s, and connects the rest", async (_name, fields, composePath) => {
        await edge.stores.repositories.save(newRepository({ stackId: "shop", ...fields }));
        await edge.stores.buildConfigs.save(newBuildConfig({ stackId: "shop", composePath }));
        const { stacks } = await connect({ stacks: [{ ...shop, deploy: true }, blog] });
        expect(stacks).toMatchObject([
            { stack: "shop", ok: false, error: { code: "conflict", message: containing(fields.url) } },
            { stack: "blog", ok: true },
        ]);
        expect((await edge.stores.buildConfigs.findByStack("shop"))?.composePath).toBe(composePath);
        expect(await edge.stores.deployments.list("shop", 5)).toEqual([]);
    });

    it("takes the root's own file for the same as none", async () => {
        await edge.stores.repositories.save(newRepository({ stackId: "root", url }));
        await edge.stores.buildConfigs.save(newBuildConfig({ stackId: "root" }));
        const { stacks } = await connect({ stacks: [{ stack: "root", composePath: "compose.yaml" }] });
        expect(stacks).toMatchObject([{ stack: "root", ok: true }]);
    });

    it("says of a stack that is connected but could not be deployed that it is connected", async () => {
        edge.ports.triggerDeployment = () => Promise.reject(new AppError("conflict", "busy; try again"));
        const { stacks } = await connect({ stacks: [{ ...shop, deploy: true }, blog] });
        expect(stacks[0]).toMatchObject({
            ok: false,
            repository: { stackId: "shop" },
            error: { code: "conflict", message: "busy; try again" },
        });
        expect(stacks[1]?.ok).toBe(true);
    });

    it("reports a bug, shows nothing of it, and goes on", async () => {
        const make = edge.host.createStackDirectory;
        edge.host.createStackDirectory = async (name) => {
            if (name === "shop") {
                throw new Error("secret inner state");
            }
            await make(name);
        };
        const answer = await connect();
        expect(answer.stacks.map(({ ok }) => ok)).toEqual([false, true]);
        expect(JSON.stringify(answer)).not.toContain("secret inner state");
        expect(answer.webhookUrl).toBe(answer.stacks[1]?.repository?.webhookUrl);
        expect(edge.errors).toHaveLength(1);
    });

    it("saves nothing where the remote, the branch or the right is wrong for all", async () => {
        await expect(connect({ branch: "nope" })).rejects.toThrow(/^branch: /);
        await expect(connect({ stacks: [shop, { ...blog, stack: "shop" }] })).rejects.toThrow(/^stacks.1.stack: /);
        await expect(connect({ allowPrivateHost: true }, editor)).rejects.toMatchObject({ code: "forbidden" });
        edge.remote.failure = new AppError("unavailable", "url: no answer");
        await expect(connect()).rejects.toMatchObject({ code: "unavailable" });
        expect(await edge.stores.repositories.list()).toEqual([]);
        expect(edge.host.stacks).toHaveLength(1);
    });

    it("pins the SSH server's key for each, which one look at the remote has shown", async () => {
        const { listRemote } = edge.ports.git;
        edge.ports.git.listRemote = async (remote, call) => {
            await call.onHostKey?.("ssh-ed25519 Zmlyc3Q=");
            return listRemote(remote, call);
        };
        const ssh = { url: "git@git.example:me/homelab.git", authType: "ssh_key" };
        const { stacks } = await connect({ ...ssh, credentials: { privateKey: "mine" } });
        expect(stacks.map(({ ok }) => ok)).toEqual([true, true]);
        expect(edge.remote.asked).toHaveLength(1);
        for (const stack of ["shop", "blog"]) {
            expect(await edge.stores.repositories.findByStack(stack)).toMatchObject({
                authType: "ssh_key",
                credentials: { privateKey: "mine" },
                hostKey: "ssh-ed25519 Zmlyc3Q=",
            });
        }
        await expect(connect({ ...ssh, credentials: null })).rejects.toThrow(/^credentials.privateKey: is missing/);
        await expect(connect({ ...ssh, credentials: { privateKey: "bad" } })).rejects.toThrow(/is not a key/);
        await expect(connect({ url, authType: "ssh_key" })).rejects.toThrow(/^authType: ssh_key needs an SSH address/);
    });

    it("pins the key that it has seen where a stack was at another server before", async () => {
        const old = "ssh://git@git.example:2222/me/homelab.git";
        const fields = { url: old, authType: "ssh_key", hostKey: "ssh-ed25519 b2xk" } as const;
        await edge.stores.repositories.save(newRepository({ stackId: "shop", ...fields }));
        await edge.stores.buildConfigs.save(newBuildConfig({ stackId: "shop", composePath: shop.composePath }));
        edge.remote.hostKey = "ssh-ed25519 bmV3";
        const ssh = { url: "ssh://git@git.example/me/homelab.git", authType: "ssh_key" };
        const { stacks } = await connect({ ...ssh, credentials: { privateKey: "mine" } });
        expect(stacks.map(({ ok }) => ok)).toEqual([true, true]);
        expect(await edge.stores.repositories.findByStack("shop")).toMatchObject({ hostKey: "ssh-ed25519 bmV3" });
    });

    it("uses another stack's credentials for the same server, and stores them for each", async () => {
        await edge.stores.repositories.save(
            newRepository({ stackId: "root", url, authType: "http_token", credentials: { token: "secret" } }),
        );
        await connect({ fromStack: "root" });
        expect(await edge.stores.repositories.findByStack("shop")).toMatchObject({
            authType: "http_token",
            credentials: { token: "secret" },
        });
        const elsewhere = connect({ fromStack: "root", url: "https://evil.example/me/homelab.git" });
        await expect(elsewhere).rejects.toThrow(/^credentials.token: is missing/);
    });
});
