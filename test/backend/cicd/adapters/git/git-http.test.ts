import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createGit } from "../../../../../backend/cicd/adapters/git/git.ts";
import type { Git, GitCall, GitRemote } from "../../../../../backend/cicd/core/git.ts";
import { startGitServer, type GitServer, type Intercept } from "../../../../support/git-server.ts";
import { makeTestRepository, type TestRepository } from "../../../../support/test-repository.ts";

const canary = "canary-7f3a/9+token";
const call: GitCall = { signal: new AbortController().signal, timeoutSeconds: 20 };

let repository: TestRepository;
let data: string;
const servers: GitServer[] = [];

beforeEach(() => {
    repository = makeTestRepository();
    repository.push({ "a.txt": "1" });
    data = mkdtempSync(join(tmpdir(), "git-data-"));
});

afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.close()));
    repository.remove();
    rmSync(data, { recursive: true, force: true });
});

async function serve(options: { token?: string; username?: string; intercept?: Intercept } = {}): Promise<GitServer> {
    const server = await startGitServer({ root: repository.root, ...options });
    servers.push(server);
    return server;
}

function makeGit(options: Partial<Parameters<typeof createGit>[0]> = {}): Git {
    return createGit({
        directory: join(data, "repos"),
        path: process.env["PATH"] ?? "",
        allowPrivateHosts: true,
        allowFile: false,
        ...options,
    });
}

function remoteOf(server: GitServer, token?: string, username?: string): GitRemote {
    return {
        url: `${server.url}/app.git`,
        authType: token === undefined ? "none" : "http_token",
        credentials: token === undefined ? undefined : { token, username },
        allowPrivateHost: false,
    };
}

function allFiles(directory: string): string[] {
    return readdirSync(directory, { recursive: true, encoding: "utf8" })
        .map((name) => join(directory, name))
        .filter((name) => statSync(name).isFile());
}

describe("a repository over HTTP", () => {
    it("is fetched without credentials where it is public", async () => {
        const remote = remoteOf(await serve());
        const git = makeGit();
        await git.fetch(remote, call);
        expect((await git.listRemote(remote, call)).defaultBranch).toBe("main");
        expect((await git.resolve(remote, { branch: "main" }, undefined)).author).toBe("Ada Lovelace");
    });

    it("is fetched with a token, with or without a user name", async () => {
        const server = await serve({ token: canary });
        await makeGit().fetch(remoteOf(server, canary), call);
        const named = await serve({ token: canary, username: "oauth2" });
        await makeGit().fetch(remoteOf(named, canary, "oauth2"), call);
    });

    it.each([
        ["no token", undefined],
        ["a wrong token", "wrong"],
    ])("answers auth_failed for %s", async (_what, token) => {
        const server = await serve({ token: canary });
        await expect(makeGit().fetch(remoteOf(server, token), call)).rejects.toMatchObject({
            code: "unauthorized",
            details: { errorCode: "auth_failed" },
        });
    });

    it("tells a missing repository, a refused connection and an unknown host apart", async () => {
        const server = await serve();
        const git = makeGit();
        const missing = { ...remoteOf(server), url: `${server.url}/none.git` };
        await expect(git.listRemote(missing, call)).rejects.toMatchObject({ code: "invalid" });
        const refused = { ...missing, url: "http://127.0.0.1:1/app.git" };
        await expect(git.listRemote(refused, call)).rejects.toMatchObject({ code: "unavailable" });
        const unknown = { ...missing, url: "http://no-such-host.invalid/app.git" };
        await expect(git.listRemote(unknown, call)).rejects.toMatchObject({
            code: "unavailable",
            details: { errorCode: "remote_unavailable" },
        });
    });

    it("follows no redirect", async () => {
        const target = await serve();
        const server = await serve({
            intercept: (request, response) => {
                response.writeHead(302, { Location: `${target.url}${request.url ?? ""}` }).end();
                return true;
            },
        });
        await expect(makeGit().listRemote(remoteOf(server), call)).rejects.toMatchObject({
            code: "invalid",
            details: { errorCode: "address_refused" },
        });
        expect(target.requests).toEqual([]);
    });

    it("ends in time, and soon after it is cancelled", async () => {
        const server = await serve({ intercept: () => true });
        await expect(makeGit().fetch(remoteOf(server), { ...call, timeoutSeconds: 0.3 })).rejects.toMatchObject({
            code: "unavailable",
            details: { errorCode: "timeout" },
        });
        const cancel = new AbortController();
        const slow = await serve({
            intercept: () => {
                cancel.abort(new Error("cancelled by a person"));
                return true;
            },
        });
        const fetching = makeGit().fetch(remoteOf(slow), { ...call, signal: cancel.signal });
        await expect(fetching).rejects.toThrow("cancelled by a person");
    });
});

describe("a token", () => {
    it.runIf(process.platform === "linux")("stands in no command line and in no file", async () => {
        const seen: string[] = [];
        const server = await serve({
            token: canary,
            intercept: () => {
                for (const entry of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
                    try {
                        seen.push(readFileSync(`/proc/${entry}/cmdline`, "utf8"));
                    } catch {
                        // The process has ended meanwhile.
                    }
                }
                return false;
            },
        });
        const lines: string[] = [];
        const onLine = (line: string) => lines.push(line);
        await makeGit().fetch(remoteOf(server, canary), { ...call, deploymentId: "d1", onLine });
        expect(seen.some((line) => line.includes("fetch\0--prune"))).toBe(true);
        const forms = [canary, encodeURIComponent(canary), Buffer.from(canary).toString("base64")];
        for (const form of forms) {
            expect(seen.filter((line) => line.includes(form))).toEqual([]);
            expect(lines.filter((line) => line.includes(form))).toEqual([]);
            expect(allFiles(data).filter((file) => readFileSync(file).includes(form))).toEqual([]);
        }
    });
});

describe("a private host", () => {
    it("is refused before any request, unless the server or the repository allows it", async () => {
        const server = await serve();
        const strict = makeGit({ allowPrivateHosts: false });
        await expect(strict.listRemote(remoteOf(server), call)).rejects.toMatchObject({
            code: "invalid",
            details: { errorCode: "address_refused" },
        });
        expect(server.requests).toEqual([]);
        await strict.listRemote({ ...remoteOf(server), allowPrivateHost: true }, call);
    });

    it("is refused where a public name resolves to it", async () => {
        const server = await serve();
        const url = `${server.url.replace("127.0.0.1", "git.example.org")}/app.git`;
        const strict = makeGit({ allowPrivateHosts: false, resolveHost: async () => ["93.184.216.34", "127.0.0.1"] });
        await expect(strict.listRemote({ ...remoteOf(server), url }, call)).rejects.toThrow(/resolves to 127\.0\.0\.1/);
        const metadata = makeGit({ resolveHost: async () => ["169.254.169.254"] });
        await expect(metadata.listRemote({ ...remoteOf(server), url }, call)).rejects.toThrow(/metadata/);
        expect(server.requests).toEqual([]);
    });

    it("is refused where its name ends with a dot, so that git would look up another", async () => {
        const server = await serve();
        const url = `${server.url.replace("127.0.0.1", "localhost.")}/app.git`;
        const strict = makeGit({ allowPrivateHosts: true, resolveHost: async () => ["93.184.216.34"] });
        await expect(strict.listRemote({ ...remoteOf(server), url }, call)).rejects.toMatchObject({ code: "invalid" });
        expect(server.requests).toEqual([]);
    });

    it("is not looked up again by git where the first look-up fails", async () => {
        const server = await serve();
        const url = `${server.url.replace("127.0.0.1", "localhost")}/app.git`;
        const git = makeGit({ resolveHost: () => Promise.reject(new Error("SERVFAIL")) });
        await expect(git.listRemote({ ...remoteOf(server), url }, call)).rejects.toThrow(/cannot be resolved/);
        expect(server.requests).toEqual([]);
    });

    it("is reached at the address that was checked, not at one that a second look-up gives", async () => {
        const server = await serve();
        const url = `${server.url.replace("127.0.0.1", "pinned.invalid")}/app.git`;
        const git = makeGit({ resolveHost: async () => ["127.0.0.1"] });
        expect((await git.listRemote({ ...remoteOf(server), url }, call)).defaultBranch).toBe("main");
    });
});
