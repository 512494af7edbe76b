import { beforeEach, describe, expect, it } from "vitest";
import type { Caller } from "../../../../backend/cicd/core/host.ts";
import { AppError } from "../../../../common/errors.ts";
import type { DiscoveryInput } from "../../../../common/schema/discovery.ts";
import { containing } from "../../../support/containing.ts";
import { admin, createEdge, type Edge } from "../../../support/edge.ts";
import { newBuildConfig, newRepository } from "../../../support/records.ts";

const editor: Caller = { username: "editor", via: "login", rights: ["edit"] };
const url = "https://git.example/me/homelab.git";
const compose = "services:\n  web: { image: a }\n";

describe("discovering stacks", () => {
    let edge: Edge;
    beforeEach(async () => {
        edge = await createEdge();
        edge.remote.files = ["README.md", "compose.yaml", "blog/compose.yml", "shop/compose.yaml"];
        edge.ports.git.readFile = async (_remote, _commit, path) => (path === "blog/compose.yml" ? "5" : compose);
    });

    function discover(input: Partial<DiscoveryInput> = {}, caller = admin, signal = new AbortController().signal) {
        return edge.services.discoverStacks({ input: { url, ...input }, caller, signal });
    }
    async function connected(stackId: string, fields: Parameters<typeof newRepository>[0] = {}, composePath?: string) {
        await edge.stores.repositories.save(newRepository({ stackId, url, ...fields }));
        await edge.stores.buildConfigs.save(newBuildConfig({ stackId, composePath }));
    }

    it("finds each folder with its services, and what is wrong with a file", async () => {
        expect(await discover()).toEqual({
            branches: ["main", "dev"],
            defaultBranch: "main",
            branch: "main",
            commit: "a".repeat(40),
            leftOut: 0,
            folders: [
                expect.objectContaining({ composePath: "compose.yaml", folder: "", suggestedStack: "homelab" }),
                expect.objectContaining({
                    composePath: "blog/compose.yml",
                    services: [],
                    problem: containing("line 1: "),
                }),
                {
                    composePath: "shop/compose.yaml",
                    folder: "shop",
                    suggestedStack: "shop",
                    services: ["web"],
                    connectedStack: undefined,
                    existsAsStack: false,
                    problem: undefined,
                    blocked: false,
                },
            ],
        });
        expect(await edge.stores.repositories.list()).toEqual([]);
    });

    it("knows what is connected already, whatever the address is written like, and which names exist", async () => {
        edge.remote.files.push("old/compose.yaml");
        await connected("root");
        await connected("store", { url: "ssh://git@git.example/me/homelab" }, "./shop/compose.yaml");
        await connected("other", { url: "https://git.example/me/else.git" }, "blog/compose.yml");
        const { folders } = await discover();
        expect(folders).toMatchObject([
            { composePath: "compose.yaml", connectedStack: "root", suggestedStack: "root" },
            { composePath: "blog/compose.yml", suggestedStack: "blog", existsAsStack: false },
            { composePath: "old/compose.yaml", suggestedStack: "old", existsAsStack: true },
            { composePath: "shop/compose.yaml", connectedStack: "store", suggestedStack: "store" },
        ]);
        expect(folders[1]?.connectedStack).toBeUndefined();
    });

    it("blocks a path that no build configuration can hold", async () => {
        edge.remote.files = ["-rf/compose.yaml", "a\\b/compose.yaml", `${"x".repeat(1100)}/compose.yaml`];
        const { folders } = await discover();
        expect(folders.map(({ blocked, services }) => [blocked, services])).toEqual(Array(3).fill([true, []]));
    });

    it("leaves no mirror of an address that no stack is connected to, also when it fails", async () => {
        await discover();
        edge.ports.git.listFiles = () => Promise.reject(new AppError("unavailable", "gone"));
        await expect(discover()).rejects.toMatchObject({ code: "unavailable" });
        expect(edge.remote.forgotten).toEqual([url, url]);
        await connected("root");
        await expect(discover()).rejects.toMatchObject({ code: "unavailable" });
        expect(edge.remote.forgotten).toHaveLength(2);
    });

    it("refuses a branch that is not there, a forbidden address and a repository without branches", async () => {
        await expect(discover({ branch: "nope" })).rejects.toThrow(/^branch: "nope" does not exist/);
        await expect(discover({ url: "http://169.254.169.254/x" })).rejects.toMatchObject({ code: "invalid" });
        edge.remote.refs = { branches: [], tags: [], defaultBranch: "main" };
        await expect(discover()).rejects.toThrow(/push one first/);
    });

    it("stops when nobody waits any more", async () => {
        const controller = new AbortController();
        edge.ports.git.readFile = async () => {
            controller.abort(new Error("gone away"));
            return compose;
        };
        await expect(discover({}, admin, controller.signal)).rejects.toThrow("gone away");
    });

    describe("with another stack's access", () => {
        beforeEach(async () => {
            await connected("root", { authType: "http_token", credentials: { token: "secret" } });
        });

        it("uses the stored credentials for the same server only", async () => {
            await discover({ fromStack: "root", url: "https://git.example/me/second.git" });
            expect(edge.remote.asked.at(-1)).toMatchObject({
                authType: "http_token",
                credentials: { token: "secret" },
            });
            const elsewhere = discover({ fromStack: "root", url: "https://evil.example/me/homelab.git" });
            await expect(elsewhere).rejects.toThrow(/^credentials.token: is missing/);
        });

        it("reaches an SSH server by the pinned key", async () => {
            const ssh = { url: "ssh://git@git.example:22/me/homelab.git", authType: "ssh_key" } as const;
            await connected("root", { ...ssh, credentials: { privateKey: "mine" }, hostKey: "ssh-ed25519 AAAA" });
            await discover({ fromStack: "root", url: "git@git.example:me/second.git" });
            expect(edge.remote.asked.at(-1)).toMatchObject({
                credentials: { privateKey: "mine" },
                hostKey: "ssh-ed25519 AAAA",
            });
            const elsewhere = discover({ fromStack: "root", url: "git@evil.example:me/homelab.git" });
            await expect(elsewhere).rejects.toThrow(/^credentials.privateKey: is missing/);
        });

        it("says that the stack is not connected", async () => {
            await expect(discover({ fromStack: "old" })).rejects.toMatchObject({ code: "not_found" });
        });

        it("keeps what an admin allowed for the address, and lets nobody else allow a private one", async () => {
            await connected("root", { allowPrivateHost: true });
            await discover({ fromStack: "root" }, editor);
            expect(edge.remote.asked.at(-1)?.allowPrivateHost).toBe(true);
            await discover({ fromStack: "root", url: "https://git.example/me/second.git" }, editor);
            expect(edge.remote.asked.at(-1)?.allowPrivateHost).toBe(false);
            await expect(discover({ allowPrivateHost: true }, editor)).rejects.toMatchObject({ code: "forbidden" });
        });
    });
});
