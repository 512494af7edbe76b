import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { removeOrphanedMirrors, submoduleList } from "../../../../../backend/cicd/adapters/git/forget.ts";
import { createGit } from "../../../../../backend/cicd/adapters/git/git.ts";
import { mirrorPath } from "../../../../../backend/cicd/adapters/git/mirror-path.ts";
import type { Git, GitCall, GitRemote } from "../../../../../backend/cicd/core/git.ts";
import { startGitServer, type GitServer } from "../../../../support/git-server.ts";
import { makeTestRepository, type TestRepository } from "../../../../support/test-repository.ts";

const token = "canary-submodule-token";
const lines: string[] = [];
const call: GitCall = {
    signal: new AbortController().signal,
    timeoutSeconds: 30,
    onLine: (line) => lines.push(line),
};

let app: TestRepository;
let lib: TestRepository;
let server: GitServer;
let data: string;
let git: Git;
let remote: GitRemote;

beforeEach(async () => {
    lines.splice(0);
    app = makeTestRepository();
    lib = makeTestRepository({ root: app.root, name: "lib" });
    data = mkdtempSync(join(tmpdir(), "git-data-"));
    server = await startGitServer({ root: app.root, token });
    git = createGit({
        directory: join(data, "repos"),
        path: process.env["PATH"] ?? "",
        allowPrivateHosts: true,
        allowFile: false,
    });
    remote = { url: `${server.url}/app.git`, authType: "http_token", credentials: { token }, allowPrivateHost: false };
});

afterEach(async () => {
    await server.close();
    app.remove();
    rmSync(data, { recursive: true, force: true });
});

function section(name: string, path: string, url: string): string {
    return `[submodule "${name}"]\n\tpath = ${path}\n\turl = ${url}\n`;
}

/** Commits submodules (path → commit) beside the given files. */
function commit(
    repository: TestRepository,
    files: Record<string, string>,
    submodules: Record<string, string> = {},
): string {
    for (const [path, sha] of Object.entries(submodules)) {
        repository.git("update-index", "--add", "--cacheinfo", `160000,${sha},${path}`);
        execFileSync("mkdir", ["-p", join(repository.root, repository === app ? "clone" : "lib-clone", path)]);
    }
    return repository.push(files);
}

function inBare(...args: string[]): string {
    const identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"];
    return execFileSync("git", ["-C", app.bare, ...identity, ...args], { encoding: "utf8" }).trim();
}

async function checkOut(sha: string): Promise<string> {
    await git.fetch(remote, call);
    const directory = join(data, `work-${sha.slice(0, 7)}`);
    await git.addWorktree(remote, sha, directory, call);
    return directory;
}

describe("submodules", () => {
    it("are checked out at their commits, with the same token, into each other, without any .git", async () => {
        const inner = makeTestRepository({ root: app.root, name: "inner" });
        const innerCommit = inner.push({ "inner.txt": "inner" });
        const old = commit(
            lib,
            { "lib.txt": "old", ".gitmodules": section("in", "deep/in", "./../inner.git") },
            { "deep/in": innerCommit },
        );
        lib.push({ "lib.txt": "new" });
        const sha = commit(
            app,
            { "a.txt": "a", ".gitmodules": section("lib", "vendor/lib", "../lib.git") },
            { "vendor/lib": old },
        );
        const directory = await checkOut(sha);
        const files = readdirSync(directory, { recursive: true, encoding: "utf8" }).sort();
        expect(files).toEqual([
            ".gitmodules",
            "a.txt",
            "vendor",
            "vendor/lib",
            "vendor/lib/.gitmodules",
            "vendor/lib/deep",
            "vendor/lib/deep/in",
            "vendor/lib/deep/in/inner.txt",
            "vendor/lib/lib.txt",
        ]);
        expect(readFileSync(join(directory, "vendor/lib/lib.txt"), "utf8")).toBe("old");
        expect(lines.join("\n")).toContain(`Submodule vendor/lib: commit ${old} of ${server.url}/lib.git`);
        const mirrors = () => readdirSync(join(data, "repos")).filter((name) => name.endsWith(".git"));
        expect(mirrors()).toHaveLength(3);
        await git.forget(remote.url);
        expect(mirrors()).toEqual([]);
    });

    it("are noted once each, however often they are fetched; what a crash has left is removed", async () => {
        const sha = commit(app, { ".gitmodules": section("l", "lib", "../lib.git") }, { lib: lib.push({ a: "1" }) });
        await checkOut(sha);
        rmSync(join(data, `work-${sha.slice(0, 7)}`), { recursive: true });
        await checkOut(sha);
        const repos = join(data, "repos");
        const list = readFileSync(join(mirrorPath(repos, remote.url), submoduleList), "utf8");
        expect(list).toBe(`${server.url}/lib.git\n`);
        const mirrors = () => readdirSync(repos).filter((name) => name.endsWith(".git"));

        await removeOrphanedMirrors(repos, [`${remote.url}/`, "https://git.example/never/fetched"]);
        expect(mirrors()).toHaveLength(2);
        expect(readdirSync(repos)).toContain(".private");

        await removeOrphanedMirrors(repos, [`${server.url}/lib.git`]);
        expect(mirrors()).toHaveLength(1);
        await removeOrphanedMirrors(repos, []);
        expect(mirrors()).toEqual([]);
        await expect(removeOrphanedMirrors(join(data, "nowhere"), [])).resolves.toBeUndefined();
    });

    it("are fetched again for each checkout, also at a commit far behind the newest", async () => {
        const old = lib.push({ "lib.txt": "0" });
        for (let n = 1; n < 60; n += 1) {
            lib.git("commit", "--quiet", "--allow-empty", "--message", String(n));
        }
        lib.push({});
        const sha = commit(app, { ".gitmodules": section("lib", "lib", `${server.url}/lib.git`) }, { lib: old });
        expect(readFileSync(join(await checkOut(sha), "lib/lib.txt"), "utf8")).toBe("0");
    });

    it("without an entry in .gitmodules are empty folders, and that is said", async () => {
        const sha = commit(app, { "a.txt": "a" }, { orphan: "1".repeat(40) });
        expect(readdirSync(join(await checkOut(sha), "orphan"))).toEqual([]);
        expect(lines.join("\n")).toContain("Submodule orphan is left empty");
    });

    it("that no branch or tag has, or that are not there, fail with their path", async () => {
        lib.push({ "lib.txt": "1" });
        const gone = commit(app, { ".gitmodules": section("l", "lib", "../lib.git") }, { lib: "1".repeat(40) });
        await expect(checkOut(gone)).rejects.toMatchObject({
            message: expect.stringContaining("submodule lib: commit 1111") as string,
            details: { errorCode: "commit_missing" },
        });
        const missing = app.push({ ".gitmodules": section("l", "lib", "../none.git") });
        await expect(checkOut(missing)).rejects.toMatchObject({
            message: expect.stringMatching(/^submodule lib: url: there is no such repository/) as string,
        });
    });

    it.each([
        ["another host", "https://evil.invalid/x.git"],
        ["a file", "file:///etc"],
        ["a program", "ext::sh -c touch% /tmp/x"],
        ["an option", "-oProxyCommand=id"],
        ["a path of this machine", "/etc"],
        ["metadata", "http://169.254.169.254/x.git"],
    ])("are refused where their address is %s", async (_what, url) => {
        const sha = commit(app, { ".gitmodules": section("l", "lib", `"${url}"`) }, { lib: "1".repeat(40) });
        const before = server.requests.length;
        await expect(checkOut(sha)).rejects.toMatchObject({
            code: "invalid",
            details: { errorCode: "address_refused" },
        });
        expect(server.requests.slice(before).filter((line) => !line.includes("/app.git/"))).toEqual([]);
    });

    it.each([
        ["a path above", section("l", "../x", "../lib.git"), /path "\.\.\/x"/],
        ["an absolute path", section("l", "/etc/x", "../lib.git"), /path "\/etc\/x"/],
        ["a path into .git", section("l", ".git/hooks", "../lib.git"), /path/],
        ["a path into .GIT", section("l", "a/.GIT /x", "../lib.git"), /path/],
        ["an option for a path", section("l", "--help", "../lib.git"), /path/],
        ["a name that leads out", section("../../x", "lib", "../lib.git"), /name/],
        ["two in one path", section("a", "lib", "../lib.git") + section("b", "lib", "../other.git"), /two submodules/],
        ["what git cannot read", '[submodule "x"\npath', /cannot be read/],
    ])("are refused for %s in .gitmodules", async (_what, text, message) => {
        const sha = commit(app, { ".gitmodules": text }, { lib: "1".repeat(40) });
        await expect(checkOut(sha)).rejects.toMatchObject({
            message: expect.stringMatching(message) as string,
            details: { errorCode: "not_contained" },
        });
        expect(existsSync(join(data, "x"))).toBe(false);
    });

    it("are refused where .gitmodules is a symlink", async () => {
        app.push({ "a.txt": section("l", "lib", "../lib.git") });
        const blob = app.git("rev-parse", "HEAD:a.txt");
        // Git itself adds no such link, so the tree is written without its help.
        const rows = `100644 blob ${blob}\ta.txt\n120000 blob ${blob}\t.gitmodules\n160000 commit ${"1".repeat(40)}\tlib\n`;
        const tree = execFileSync("git", ["-C", app.bare, "mktree", "--missing"], {
            input: rows,
            encoding: "utf8",
        }).trim();
        const sha = inBare("commit-tree", "-m", "link", tree);
        inBare("update-ref", "refs/heads/main", sha);
        await expect(checkOut(sha)).rejects.toMatchObject({
            details: { errorCode: "not_contained" },
        });
    });

    it("run nothing of what .gitmodules asks for", async () => {
        const witness = join(data, "witness");
        const text = `${section("lib", "lib", "../lib.git")}\tupdate = !touch ${witness}\n\tbranch = --upload-pack=touch\n[include]\n\tpath = /etc/passwd\n`;
        const sha = commit(app, { ".gitmodules": text }, { lib: lib.push({ "lib.txt": "1" }) });
        expect(existsSync(join(await checkOut(sha), "lib/lib.txt"))).toBe(true);
        expect(existsSync(witness)).toBe(false);
    });

    it("are bounded in depth and number", async () => {
        let inner = lib.push({ "lib.txt": "1" });
        for (let n = 0; n < 6; n += 1) {
            inner = commit(lib, { ".gitmodules": section("s", "s", "../lib.git") }, { s: inner });
        }
        const deep = commit(app, { ".gitmodules": section("lib", "lib", "../lib.git") }, { lib: inner });
        await expect(checkOut(deep)).rejects.toMatchObject({
            message: expect.stringContaining("deeper than 5") as string,
            details: { errorCode: "not_supported" },
        });
    });
});
