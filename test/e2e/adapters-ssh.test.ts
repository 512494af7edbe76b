import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createGit } from "../../backend/cicd/adapters/git/git.ts";
import type { GitCall, GitRemote } from "../../backend/cicd/core/git.ts";
import { sshFingerprint } from "../../backend/platform/crypto/ssh-fingerprint.ts";
import { containing, matching } from "../support/containing.ts";
import { folderContents } from "../support/folder-contents.ts";
import { processesWith } from "../support/processes.ts";
import { makeSshKey } from "../support/ssh-keys.ts";
import { findSshd, pathWith, type SshServer, startSshServer } from "../support/ssh-server.ts";
import { makeTestRepository, type TestRepository } from "../support/test-repository.ts";

const sshd = await findSshd();
const signal = new AbortController().signal;
const call: GitCall = { signal, timeoutSeconds: 30 };

describe.skipIf(sshd === undefined)("a repository over SSH", () => {
    let repository: TestRepository;
    let server: SshServer;
    let data: string;
    let commit: string;

    beforeAll(async () => {
        if (sshd === undefined) {
            throw new Error("no sshd");
        }
        repository = makeTestRepository();
        commit = repository.push({ "a.txt": "1" });
        server = await startSshServer(sshd, repository.root);
    });

    afterAll(async () => {
        await server.close();
        repository.remove();
    });

    beforeEach(async () => {
        data = await mkdtemp(join(tmpdir(), "git-ssh-"));
        return () => rm(data, { recursive: true, force: true });
    });

    function makeGit(options: Partial<Parameters<typeof createGit>[0]> = {}) {
        return createGit({
            directory: join(data, "repos"),
            path: sshd === undefined ? "" : pathWith(sshd),
            allowPrivateHosts: true,
            allowFile: false,
            ...options,
        });
    }

    function remoteOf(privateKey: string, more: Partial<GitRemote> & { passphrase?: string } = {}): GitRemote {
        const { passphrase, ...fields } = more;
        return {
            url: server.url("app.git"),
            authType: "ssh_key",
            credentials: { privateKey, passphrase },
            allowPrivateHost: true,
            ...fields,
        };
    }

    async function keptFolders(): Promise<readonly string[]> {
        return (await readdir(join(data, "repos/.private"))).filter((name) => name.startsWith("ssh-"));
    }

    it("is listed and fetched with a key that was made here, and the host's key is told", async () => {
        const git = makeGit();
        const made = git.makeKey("dockge-cicd web");
        await server.authorize(made.publicKey);
        const seen: string[] = [];
        const remote = remoteOf(made.privateKey);

        const refs = await git.listRemote(remote, { ...call, onHostKey: (key) => void seen.push(key) });

        expect(refs.branches).toEqual([{ name: "main", commit }]);
        expect(made.publicKey).toMatch(/^ssh-ed25519 AAAA\S+ dockge-cicd web$/);
        expect(sshFingerprint(seen[0] ?? "")).toBe(await server.fingerprint());
        await git.fetch({ ...remote, hostKey: seen[0] }, { ...call, onHostKey: (key) => void seen.push(key) });
        expect(seen).toHaveLength(1);
        expect((await git.resolve(remote, { branch: "main" }, undefined)).sha).toBe(commit);
        expect(await keptFolders()).toEqual([]);
    });

    it.each([
        ["ed25519", ["-t", "ed25519"], ""],
        ["ed25519, locked", ["-t", "ed25519"], "pass phrase $x"],
        ["ecdsa in PEM", ["-t", "ecdsa", "-m", "PEM"], ""],
        ["ecdsa in PEM, locked", ["-t", "ecdsa", "-m", "PEM"], "pass phrase $x"],
        ["rsa in PEM", ["-t", "rsa", "-b", "2048", "-m", "PEM"], ""],
        ["rsa in PKCS#8, locked", ["-t", "rsa", "-b", "2048", "-m", "PKCS8"], "pass phrase $x"],
    ])("takes a pasted key: %s", async (_what, words, passphrase) => {
        const git = makeGit();
        const key = await makeSshKey(words, { passphrase });
        await server.authorize(key.publicKey);
        const pasted = `\r\n${key.privateKey.trim().replaceAll("\n", "\r\n")}`;

        const read = await git.readKey({ privateKey: pasted, passphrase }, "dockge-cicd web", signal);

        expect(read.publicKey).toBe(`${key.publicKey} dockge-cicd web`);
        const given = passphrase === "" ? {} : { passphrase };
        expect((await git.listRemote(remoteOf(read.privateKey, given), call)).defaultBranch).toBe("main");
    });

    it("says what is wrong with a key", async () => {
        const git = makeGit();
        const locked = await makeSshKey(["-t", "ed25519"], { passphrase: "right" });
        const read = (privateKey: string, passphrase?: string) => git.readKey({ privateKey, passphrase }, "c", signal);

        await expect(read(locked.privateKey)).rejects.toThrow(/^credentials.passphrase: is missing/);
        await expect(read(locked.privateKey, "wrong")).rejects.toThrow(
            /^credentials.passphrase: does not open the key/,
        );
        await expect(read(locked.publicKey)).rejects.toThrow(/^credentials.privateKey: this is the public half/);
        await expect(read("hello")).rejects.toThrow(/^credentials.privateKey: is not a whole private key/);
        const body = locked.privateKey.replace(/[A-Za-z0-9]{20}\n/, "AAAAAAAAAAAAAAAAAAAA\n");
        await expect(read(body.replaceAll(/^b3B.*$/gm, "AAAA"))).rejects.toThrow(
            /^credentials.privateKey: is not a key/,
        );
    });

    it("tells a refused key, a missing repository and a server that is away apart", async () => {
        const git = makeGit();
        const [known, other] = [git.makeKey("a"), git.makeKey("b")];
        await server.authorize(known.publicKey);

        await expect(git.listRemote(remoteOf(other.privateKey), call)).rejects.toMatchObject({
            code: "unauthorized",
            details: { errorCode: "auth_failed" },
        });
        const missing = remoteOf(known.privateKey, { url: server.url("none.git") });
        await expect(git.listRemote(missing, call)).rejects.toMatchObject({
            code: "invalid",
            message: matching(/^url: there is no such repository/),
        });
        const away = remoteOf(known.privateKey, { url: "ssh://git@127.0.0.1:1/app.git" });
        await expect(git.listRemote(away, call)).rejects.toMatchObject({
            code: "unavailable",
            details: { errorCode: "remote_unavailable" },
        });
        expect(await keptFolders()).toEqual([]);
    });

    it("stops at another host key than the pinned one, with both fingerprints", async () => {
        const git = makeGit();
        const made = git.makeKey("a");
        await server.authorize(made.publicKey);
        const pinned = await git.readHostKey(remoteOf(made.privateKey), call);
        expect(pinned.fingerprint).toBe(await server.fingerprint());
        const remote = remoteOf(made.privateKey, { hostKey: pinned.key });
        await git.listRemote(remote, call);

        const offered = await server.changeHostKey();

        const told: string[] = [];
        const lines: string[] = [];
        const failing = git.fetch(remote, {
            ...call,
            onHostKey: (key) => void told.push(key),
            onLine: (line) => void lines.push(line),
        });
        await expect(failing).rejects.toMatchObject({
            code: "conflict",
            message: containing(offered),
            details: {
                errorCode: "host_key_changed",
                pinned: pinned.fingerprint,
                offered,
                keyType: "ssh-ed25519",
            },
        });
        expect(told).toEqual([]);
        // ssh's own advice names a file that is gone afterwards.
        expect(lines.filter((line) => line.includes("known_hosts"))).toEqual([]);
        expect(lines.join()).toContain("REMOTE HOST IDENTIFICATION HAS CHANGED");
        const now = await git.readHostKey(remote, call);
        expect(now.fingerprint).toBe(offered);
        await git.listRemote({ ...remote, hostKey: now.key }, call);
    });

    it("never gives a stack the branches that another one has fetched under a host key of its own", async () => {
        const git = makeGit();
        const made = git.makeKey("a");
        await server.authorize(made.publicKey);
        const old = remoteOf(made.privateKey, {
            hostKey: (await git.readHostKey(remoteOf(made.privateKey), call)).key,
        });
        await git.fetch(old, call);
        await server.changeHostKey();
        const other = remoteOf(made.privateKey, { hostKey: (await git.readHostKey(old, call)).key });
        const own = repository.git("rev-parse", "HEAD");
        const foreign = repository.push({ "a.txt": "of the other server" });
        await git.fetch(other, call);

        await expect(git.resolve(old, { branch: "main" }, undefined, call)).rejects.toMatchObject({
            details: { errorCode: "host_key_changed" },
        });
        await expect(git.resolve(old, { branch: "main" }, foreign, call)).rejects.toMatchObject({ code: "conflict" });
        expect((await git.resolve(other, { branch: "main" }, undefined, call)).sha).toBe(foreign);
        expect((await git.resolve(other, { branch: "main" }, own, call)).sha).toBe(own);
    });

    it("never reaches ssh as an option, whatever its address holds", async () => {
        const git = makeGit({ resolveHost: async () => ["127.0.0.1"] });
        const made = git.makeKey("a");
        for (const url of [
            "ssh://-oProxyCommand=touch%20x/app.git",
            "ssh://git@-oProxyCommand=x/app.git",
            "-oProxyCommand=x@host:app.git",
            "git@-oProxyCommand=x:app.git",
            "ssh://git@127.0.0.1:22 -oX/app.git",
            "ssh://git@ho\nst/app.git",
            "git@a*b,c:app.git",
        ]) {
            await expect(git.listRemote(remoteOf(made.privateKey, { url }), call)).rejects.toMatchObject({
                code: "invalid",
                details: { errorCode: "address_refused" },
            });
        }
    });

    it("is reached at the checked addresses, the next where one does not answer", async () => {
        const made = makeGit().makeKey("a");
        await server.authorize(made.publicKey);
        const url = server.url("app.git").replace("127.0.0.1", "git.example.org");
        const git = makeGit({ resolveHost: async () => ["::1", "127.0.0.1"] });
        const seen: string[] = [];
        const refs = await git.listRemote(remoteOf(made.privateKey, { url }), {
            ...call,
            onHostKey: (key) => void seen.push(key),
        });
        expect(refs.defaultBranch).toBe("main");
        const strict = makeGit({ allowPrivateHosts: false, resolveHost: async () => ["127.0.0.1"] });
        const refused = strict.listRemote(remoteOf(made.privateKey, { url, allowPrivateHost: false }), call);
        await expect(refused).rejects.toThrow(/resolves to 127\.0\.0\.1/);
    });

    it("leaves no agent, no folder and no key in clear behind, also when cancelled", async () => {
        const git = makeGit();
        const made = git.makeKey("a");
        await server.authorize(made.publicKey);
        const deploymentId = `ssh-${process.pid}`;
        const cancel = new AbortController();
        const cancelled = git.listRemote(remoteOf(made.privateKey), { ...call, deploymentId, signal: cancel.signal });
        cancel.abort(new Error("cancelled by a person"));
        await expect(cancelled).rejects.toThrow("cancelled by a person");
        await git.fetch(remoteOf(made.privateKey), { ...call, deploymentId });

        expect(await processesWith(`CICD_DEPLOYMENT_ID=${deploymentId}`)).toEqual([]);
        expect(await keptFolders()).toEqual([]);
        const secret = made.privateKey.split("\n")[4] ?? "nothing";
        expect([...(await folderContents(data)).values()].filter((text) => text.includes(secret))).toEqual([]);
    });

    it("says how to get ssh where it is missing", async () => {
        const git = makeGit({ path: "/nonexistent" });
        await expect(git.readKey({ privateKey: git.makeKey("a").privateKey }, "c", signal)).rejects.toMatchObject({
            code: "unavailable",
            message: matching(/install OpenSSH's client .*apt install openssh-client/),
        });
    });
});
