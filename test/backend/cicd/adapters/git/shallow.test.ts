import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { execFileSync } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createGit } from "../../../../../backend/cicd/adapters/git/git.ts";
import type { Git, GitCall, GitRemote } from "../../../../../backend/cicd/core/git.ts";
import { startGitServer, type GitServer } from "../../../../support/git-server.ts";
import { makeTestRepository, type TestRepository } from "../../../../support/test-repository.ts";

const call: GitCall = { signal: new AbortController().signal, timeoutSeconds: 30 };
const commits = 1300;

/** A line of commits: `hashes[0]` is the first. */
function addLine(repository: TestRepository, count: number): string[] {
    const rows = Array.from({ length: count }, (_, n) => {
        const parent = n === 0 ? "" : `from :${n}\n`;
        return `commit refs/heads/main\nmark :${n + 1}\ncommitter A <a@b> ${1600000000 + n} +0000\ndata 2\nn\n${parent}M 100644 inline f${n % 7}\ndata <<E\n${n}\nE\n\n`;
    });
    execFileSync("git", ["-C", repository.bare, "fast-import", "--quiet"], { input: rows.join("") });
    const listed = execFileSync("git", ["-C", repository.bare, "rev-list", "--reverse", "main"], { encoding: "utf8" });
    return listed.trim().split("\n");
}

describe("a mirror of a long history", () => {
    let repository: TestRepository;
    let server: GitServer;
    let hashes: string[];
    let data: string;
    let git: Git;
    let remote: GitRemote;

    beforeAll(async () => {
        repository = makeTestRepository();
        hashes = addLine(repository, commits);
        server = await startGitServer({ root: repository.root });
    });

    afterAll(async () => {
        await server.close();
        repository.remove();
    });

    beforeEach(async () => {
        data = mkdtempSync(join(tmpdir(), "git-data-"));
        git = createGit({
            directory: data,
            path: process.env["PATH"] ?? "",
            allowPrivateHosts: true,
            allowFile: false,
        });
        remote = { url: `${server.url}/app.git`, authType: "none", allowPrivateHost: false };
        await git.fetch(remote, call);
        return () => rmSync(data, { recursive: true, force: true });
    });

    function at(n: number): string {
        return hashes.at(n) ?? "";
    }

    function commitsHere(): number {
        const name = readdirSync(data).find((one) => one.endsWith(".git")) ?? "";
        const args = [`--git-dir=${join(data, name)}`, "rev-list", "--count", "--all"];
        return Number(execFileSync("git", args, { encoding: "utf8" }));
    }

    it("has the newest commits first, and no more for what they can answer", async () => {
        expect((await git.resolve(remote, { branch: "main" }, undefined)).sha).toBe(at(-1));
        expect((await git.resolve(remote, { branch: "main" }, at(-40))).sha).toBe(at(-40));
        expect(await git.isAncestor(remote, at(-2), at(-1))).toBe(true);
        expect(await git.isAncestor(remote, at(-1), at(-2))).toBe(false);
        expect(await git.changedFiles(remote, at(-2), at(-1))).toEqual([`f${(commits - 1) % 7}`]);
        await git.fetch(remote, call);
        expect(commitsHere()).toBe(50);
    });

    it("gets deeper by a step for a commit that is a little older, and whole for a very old one", async () => {
        expect((await git.resolve(remote, { branch: "main" }, at(-500))).sha).toBe(at(-500));
        expect(commitsHere()).toBe(1050);
        expect((await git.resolve(remote, { branch: "main" }, at(3).slice(0, 12))).sha).toBe(at(3));
        expect(commitsHere()).toBe(commits);
        await git.addWorktree(remote, at(3), join(data, "work"), call);
        expect(existsSync(join(data, "work", "f3"))).toBe(true);
    });

    it("never takes its end for the end of history", async () => {
        expect(await git.isAncestor(remote, at(0), at(-1))).toBe(true);
        expect(await git.isAncestor(remote, at(-1), at(0))).toBe(false);
    });

    it("finds what differs from a commit that it did not have", async () => {
        expect(await git.changedFiles(remote, at(0), at(1))).toEqual(["f1"]);
    });

    it("says so where a commit is nowhere, after it has looked at everything", async () => {
        const none = git.resolve(remote, { branch: "main" }, "0123456789abcdef0123456789abcdef01234567");
        await expect(none).rejects.toMatchObject({ details: { errorCode: "commit_missing" } });
        expect(commitsHere()).toBe(commits);
    });

    it("gives no answer rather than a wrong one where the remote is away", async () => {
        const gone = { ...remote };
        await server.close();
        await expect(git.isAncestor(gone, at(0), at(-1))).rejects.toMatchObject({ code: "unavailable" });
        server = await startGitServer({ root: repository.root, port: Number(new URL(server.url).port) });
    });
});

describe("a server of plain files, which gives no part of a history", () => {
    it("is fetched whole", async () => {
        const repository = makeTestRepository();
        const [, second = ""] = addLine(repository, 60);
        repository.push({}, { branch: "other" });
        execFileSync("git", ["-C", repository.bare, "update-server-info"]);
        const { createServer } = await import("node:http");
        const { readFile } = await import("node:fs/promises");
        const server = createServer((request, response) => {
            const path = new URL(request.url ?? "/", "http://h").pathname;
            void readFile(join(repository.root, path)).then(
                (content) => response.end(content),
                () => response.writeHead(404).end(),
            );
        });
        await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
        const address = server.address();
        const port = typeof address === "object" ? (address?.port ?? 0) : 0;
        const data = mkdtempSync(join(tmpdir(), "git-data-"));
        const git = createGit({
            directory: data,
            path: process.env["PATH"] ?? "",
            allowPrivateHosts: true,
            allowFile: false,
        });
        const remote: GitRemote = {
            url: `http://127.0.0.1:${port}/app.git`,
            authType: "none",
            allowPrivateHost: false,
        };
        try {
            await git.fetch(remote, call);
            expect((await git.resolve(remote, { branch: "main" }, second)).sha).toBe(second);
        } finally {
            server.close();
            rmSync(data, { recursive: true, force: true });
            repository.remove();
        }
    });
});
