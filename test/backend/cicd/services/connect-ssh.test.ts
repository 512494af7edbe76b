import { beforeEach, describe, expect, it } from "vitest";
import { AppError } from "../../../../common/errors.ts";
import { GitRepositoryInput } from "../../../../common/schema/git-repository.ts";
import { admin, createEdge, type Edge } from "../../../support/edge.ts";

const signal = new AbortController().signal;
const url = "git@git.example:me/app.git";
const refused = new AppError("unauthorized", "auth", { details: { errorCode: "auth_failed" } });

describe("connecting over SSH", () => {
    let edge: Edge;
    beforeEach(async () => {
        edge = await createEdge();
    });

    function connect(fields: Partial<GitRepositoryInput> = {}, { force = false } = {}) {
        const input = GitRepositoryInput.parse({ url, branch: "main", authType: "ssh_key", ...fields });
        return edge.services.connectRepository({ stack: "web", input, force, caller: admin, signal });
    }

    async function stored() {
        return (await edge.stores.repositories.findByStack("web")) ?? expect.fail("nothing is saved");
    }

    it("makes a key where there is none, and saves although the server cannot know it yet", async () => {
        edge.remote.failure = refused;

        const made = await connect();

        expect(made.publicKey).toBe("ssh-ed25519 made1 dockge-cicd web");
        expect(made).toMatchObject({ hasCredentials: true, authType: "ssh_key" });
        expect(JSON.stringify(made)).not.toContain("private 1");
        expect((await stored()).credentials).toEqual({ privateKey: "private 1" });
    });

    it("keeps the key on the next change, and makes another for null", async () => {
        await connect();
        expect((await connect({ branch: "dev" })).publicKey).toBe("ssh-ed25519 made1 dockge-cicd web");
        expect((await connect({ credentials: null })).publicKey).toBe("ssh-ed25519 made2 dockge-cicd web");
        expect((await stored()).credentials).toEqual({ privateKey: "private 2" });
    });

    it("saves nothing where the server is away, also with a new key", async () => {
        edge.remote.failure = new AppError("unavailable", "url: no answer");
        await expect(connect()).rejects.toMatchObject({ code: "unavailable" });
        expect(await edge.stores.repositories.list()).toEqual([]);
    });

    it("loads a pasted key, shows its public half, and wants it to be known", async () => {
        const pasted = { privateKey: "mine", passphrase: "open" };
        expect((await connect({ credentials: pasted })).publicKey).toBe("ssh-ed25519 of-mine dockge-cicd web");
        expect((await stored()).credentials).toEqual(pasted);
        edge.remote.failure = refused;
        await expect(connect({ credentials: { privateKey: "other" } })).rejects.toThrow(
            /^credentials: the git server refused the SSH key; register its public half/,
        );
        await expect(connect({ credentials: { privateKey: "bad" } })).rejects.toThrow(/is not a key/);
        expect((await stored()).credentials).toEqual(pasted);
    });

    it("wants an address and a kind of access that fit together", async () => {
        await expect(connect({ url: "https://git.example/me/app.git" })).rejects.toThrow(
            /give git@git.example:me\/app/,
        );
        await expect(connect({ authType: "none" })).rejects.toThrow(/give https:\/\/git.example\/me\/app.git/);
        expect(await edge.stores.repositories.list()).toEqual([]);
    });

    it("pins the host key at first sight, asks with it, and drops it with the host", async () => {
        edge.remote.hostKey = "ssh-ed25519 Zmlyc3Q=";
        await connect();
        expect((await stored()).hostKey).toBe("ssh-ed25519 Zmlyc3Q=");
        edge.remote.hostKey = undefined;
        await connect({ branch: "dev" });
        expect(edge.remote.asked.at(-1)?.hostKey).toBe("ssh-ed25519 Zmlyc3Q=");
        expect((await stored()).hostKey).toBe("ssh-ed25519 Zmlyc3Q=");
        await connect({ url: "git@other.example:me/app.git" });
        expect(edge.remote.asked.at(-1)?.hostKey).toBeUndefined();
        expect((await stored()).hostKey).toBeUndefined();
    });

    it("asks nobody where nothing of the access changed, unless no host key is pinned yet", async () => {
        const { id } = await connect({ credentials: { privateKey: "mine" } });
        await edge.stores.repositories.markSynced(id, "a".repeat(40));
        await connect({ paths: ["docs"] });
        expect(edge.remote.asked).toHaveLength(2);
        edge.remote.hostKey = "ssh-ed25519 Zmlyc3Q=";
        await connect();

        await connect({ paths: ["app"] });

        expect(edge.remote.asked).toHaveLength(3);
    });

    it("tests a given key with the pinned host key, and makes none", async () => {
        edge.remote.hostKey = "ssh-ed25519 Zmlyc3Q=";
        await connect();
        const input = { url, authType: "ssh_key", allowPrivateHost: false } as const;
        const test = (more: object) =>
            edge.services.testRepository({ stack: "web", input: { ...input, ...more }, caller: admin, signal });
        await test({});
        expect(edge.remote.asked.at(-1)).toMatchObject({
            credentials: { privateKey: "private 1" },
            hostKey: "ssh-ed25519 Zmlyc3Q=",
        });
        await test({ credentials: { privateKey: "mine" } });
        expect(edge.remote.asked.at(-1)).toMatchObject({ credentials: { privateKey: "mine" } });
        await expect(test({ credentials: null })).rejects.toThrow(/^credentials.privateKey: is missing; paste/);
    });
});

describe("accepting another host key", () => {
    it("pins it only where the server shows it now", async () => {
        const edge = await createEdge();
        const input = GitRepositoryInput.parse({ url, branch: "main", authType: "ssh_key" });
        await edge.services.connectRepository({ stack: "web", input, force: true, caller: admin, signal });
        const accept = (fingerprint: string) => edge.services.acceptHostKey({ stack: "web", fingerprint, signal });

        await expect(accept("SHA256:other")).rejects.toMatchObject({
            code: "conflict",
            message: "fingerprint: the server shows SHA256:Zmlyc3Q= now; compare that one, then accept it",
            details: {
                errorCode: "host_key_changed",
                offered: "SHA256:Zmlyc3Q=",
                keyType: "ssh-ed25519",
            },
        });
        await accept("SHA256:Zmlyc3Q=");

        expect((await edge.stores.repositories.findByStack("web"))?.hostKey).toBe("ssh-ed25519 Zmlyc3Q=");
        expect(edge.host.pushes.at(-1)).toMatchObject({ event: "gitRepositoryUpdate" });
        const nowhere = edge.services.acceptHostKey({ stack: "none", fingerprint: "SHA256:Zmlyc3Q=", signal });
        await expect(nowhere).rejects.toMatchObject({ code: "not_found" });
    });
});
