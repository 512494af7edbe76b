import { execFileSync } from "node:child_process";
import {
    existsSync,
    mkdtempSync,
    readdirSync,
    readFileSync,
    rmSync,
    statSync,
    symlinkSync,
    writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createGit } from "../../../../../backend/cicd/adapters/git/git.ts";
import type { Git, GitCall, GitRemote } from "../../../../../backend/cicd/core/git.ts";
import { makeTestRepository, type TestRepository } from "../../../../support/test-repository.ts";

const path = process.env["PATH"] ?? "";
const call: GitCall = { signal: new AbortController().signal, timeoutSeconds: 20 };

let repository: TestRepository;
let data: string;
let git: Git;
let remote: GitRemote;

beforeEach(() => {
    repository = makeTestRepository();
    data = mkdtempSync(join(tmpdir(), "git-data-"));
    git = createGit({ directory: join(data, "repos"), path, allowPrivateHosts: false, allowFile: true });
    remote = { url: repository.url, authType: "none", allowPrivateHost: false };
});

afterEach(() => {
    repository.remove();
    rmSync(data, { recursive: true, force: true });
});

function mirrors(): string[] {
    return readdirSync(join(data, "repos")).filter((name) => name.endsWith(".git"));
}

describe("asking a remote for its refs", () => {
    it("answers branches, tags peeled to their commits, and the default branch; stores nothing", async () => {
        const commit = repository.push({ "a.txt": "1" });
        repository.push({ "a.txt": "2" }, { branch: "feature/x" });
        repository.git("tag", "--annotate", "--message=one", "v1", commit);
        repository.git("push", "--quiet", "origin", "v1");
        const refs = await git.listRemote(remote, call);
        expect(refs.defaultBranch).toBe("main");
        expect(refs.branches.map((branch) => branch.name)).toEqual(["feature/x", "main"]);
        expect(refs.tags).toEqual([{ name: "v1", commit }]);
        expect(mirrors()).toEqual([]);
    });

    it("answers no branches for an empty repository", async () => {
        expect(await git.listRemote(remote, call)).toMatchObject({ branches: [], tags: [] });
    });

    it("tells a repository that is not there", async () => {
        const attempt = git.listRemote({ ...remote, url: `${repository.url}-other` }, call);
        await expect(attempt).rejects.toMatchObject({ code: "invalid", details: { errorCode: "remote_unavailable" } });
    });

    it("refuses file addresses without their switch, and keys for other addresses than SSH", async () => {
        const strict = createGit({ directory: join(data, "repos"), path, allowPrivateHosts: false, allowFile: false });
        await expect(strict.listRemote(remote, call)).rejects.toMatchObject({ code: "invalid" });
        const key = git.listRemote({ ...remote, authType: "ssh_key" }, call);
        await expect(key).rejects.toThrow(/ssh_key does not fit/);
    });
});

describe("the mirror", () => {
    it("follows new, forced and deleted branches, also where a name becomes a folder", async () => {
        repository.push({ "a.txt": "1" }, { branch: "topic" });
        await git.fetch(remote, call);
        repository.git("push", "--quiet", "origin", "--delete", "topic");
        const commit = repository.push({ "a.txt": "2" }, { branch: "topic/deep" });
        await git.fetch(remote, call);
        expect((await git.resolve(remote, { branch: "topic/deep" }, undefined)).sha).toBe(commit);
        await expect(git.resolve(remote, { branch: "topic" }, undefined)).rejects.toMatchObject({
            code: "invalid",
            details: { errorCode: "branch_missing" },
        });
    });

    it("fetches heads and tags only", async () => {
        repository.push({ "a.txt": "1" });
        repository.git("push", "--quiet", "origin", "HEAD:refs/pull/1/head");
        await git.fetch(remote, call);
        const [mirror = ""] = mirrors();
        const refs = execFileSync(
            "git",
            [`--git-dir=${join(data, "repos", mirror)}`, "for-each-ref", "--format=%(refname)"],
            {
                encoding: "utf8",
            },
        );
        expect(refs.trim()).toBe("refs/heads/main");
    });

    it("is one for all ways to write the address, and gone when forgotten", async () => {
        repository.push({ "a.txt": "1" });
        await Promise.all([
            git.fetch(remote, call),
            git.fetch(remote, call),
            git.fetch({ ...remote, url: `${repository.url}/` }, call),
        ]);
        expect(mirrors()).toHaveLength(1);
        await git.forget(repository.url);
        expect(mirrors()).toEqual([]);
    });

    it("is made anew after a kill left it locked or damaged", async () => {
        const commit = repository.push({ "a.txt": "1" });
        await git.fetch(remote, call);
        const [mirror = ""] = mirrors();
        writeFileSync(join(data, "repos", mirror, "refs", "heads", "main.lock"), "");
        writeFileSync(join(data, "repos", mirror, "packed-refs.lock"), "");
        repository.push({ "a.txt": "2" });
        await git.fetch(remote, call);
        expect(
            await git.isAncestor(remote, commit, (await git.resolve(remote, { branch: "main" }, undefined)).sha),
        ).toBe(true);
    });

    it("stops waiting for another fetch when cancelled", async () => {
        await expect(git.fetch(remote, { ...call, signal: AbortSignal.abort(new Error("stop")) })).rejects.toThrow(
            "stop",
        );
    });
});

describe("finding a commit", () => {
    it("tells hash, message, author and time of a branch's or tag's commit", async () => {
        const sha = repository.push({ "a.txt": "1" }, { message: "First line\n\nMore: ünï" });
        repository.git("tag", "v1");
        repository.git("push", "--quiet", "origin", "v1");
        await git.fetch(remote, call);
        const wanted = { sha, message: "First line\n\nMore: ünï", author: "Ada Lovelace" };
        expect(await git.resolve(remote, { branch: "main" }, undefined)).toMatchObject(wanted);
        expect(await git.resolve(remote, { tag: "v1" }, sha.slice(0, 8))).toMatchObject(wanted);
        expect((await git.resolve(remote, { branch: "main" }, sha)).time).toMatch(/^\d{4}-.*Z$/);
    });

    it("refuses a commit that is not in the ref's history, or unknown", async () => {
        repository.push({ "a.txt": "1" });
        const aside = repository.push({ "b.txt": "2" }, { branch: "aside" });
        await git.fetch(remote, call);
        for (const commit of [aside, "0123456789abcdef0123456789abcdef01234567", "--all", "main"]) {
            await expect(git.resolve(remote, { branch: "main" }, commit)).rejects.toMatchObject({
                code: "invalid",
                details: { errorCode: "commit_missing" },
            });
        }
    });

    it("knows ancestors and changed files, both names of a renamed one", async () => {
        const first = repository.push({ "a.txt": "1\n2\n3\n4\n", "dir/b.txt": "b" });
        const second = repository.push({ "a.txt": null, "c ö.txt": "1\n2\n3\n4\n" });
        await git.fetch(remote, call);
        expect(await git.isAncestor(remote, first, second)).toBe(true);
        expect(await git.isAncestor(remote, second, first)).toBe(false);
        expect(await git.isAncestor(remote, "f".repeat(40), second)).toBe(false);
        expect(await git.changedFiles(remote, first, second)).toEqual(["a.txt", "c ö.txt"]);
        expect(await git.changedFiles(remote, "f".repeat(40), second)).toBeUndefined();
    });

    it("lists and reads files of a commit, links inside the repository followed", async () => {
        symlinkSync("dir/b.txt", join(repository.root, "clone", "link"));
        symlinkSync("/etc/passwd", join(repository.root, "clone", "outside"));
        const commit = repository.push({ "z.txt": "z\n", "dir/b.txt": "bü\n\n" });
        await git.fetch(remote, call);
        expect(await git.listFiles(remote, commit)).toEqual(["dir/b.txt", "link", "outside", "z.txt"]);
        expect(await git.readFile(remote, commit, "dir/b.txt")).toBe("bü\n\n");
        expect(await git.readFile(remote, commit, "link")).toBe("bü\n\n");
        for (const none of ["outside", "dir", "missing", "", "a\nb"]) {
            expect(await git.readFile(remote, commit, none)).toBeUndefined();
        }
    });
});

describe("checking a commit out", () => {
    async function checkOut(commit: string): Promise<string> {
        await git.fetch(remote, call);
        const directory = join(data, "work", commit.slice(0, 7));
        await git.addWorktree(remote, commit, directory, call);
        return directory;
    }

    it("writes the files with usual modes, leaves no .git, and removes them again", async () => {
        const commit = repository.push({ "run.sh": "#!/bin/sh\n", "dir/a.txt": "a" });
        const umask = process.umask(0o077);
        const directory = await checkOut(commit).finally(() => process.umask(umask));
        const mode = (name: string) => (statSync(join(directory, name)).mode & 0o777).toString(8);
        expect([mode("."), mode("dir"), mode("dir/a.txt"), mode("run.sh")]).toEqual(["755", "755", "644", "755"]);
        expect(readdirSync(directory).sort()).toEqual(["dir", "run.sh"]);
        await git.removeWorktree(remote, directory);
        await git.removeWorktree(remote, directory);
        expect(existsSync(directory)).toBe(false);
    });

    it("holds several commits side by side", async () => {
        const first = repository.push({ "a.txt": "1" });
        const second = repository.push({ "a.txt": "2" });
        const directories = await Promise.all([checkOut(first), checkOut(second)]);
        expect(directories.map((one) => readFileSync(join(one, "a.txt"), "utf8"))).toEqual(["1", "2"]);
    });

    it("runs neither hooks nor filters", async () => {
        const witness = join(data, "witness");
        const commit = repository.push({ ".gitattributes": "* filter=evil\n*.lfs filter=lfs\n", "a.lfs": "pointer\n" });
        await git.fetch(remote, call);
        const [mirror = ""] = mirrors();
        const hook = `#!/bin/sh\ntouch ${witness}\n`;
        execFileSync("mkdir", ["-p", join(data, "repos", mirror, "hooks")]);
        for (const name of ["post-checkout", "reference-transaction"]) {
            writeFileSync(join(data, "repos", mirror, "hooks", name), hook, { mode: 0o755 });
        }
        repository.push({ "b.txt": "b" });
        const directory = await checkOut(commit);
        expect(readFileSync(join(directory, "a.lfs"), "utf8")).toBe("pointer\n");
        expect(existsSync(witness)).toBe(false);
    });

    it("refuses a directory that is not empty, and a commit that is not there", async () => {
        const commit = repository.push({ "a.txt": "1" });
        const directory = await checkOut(commit);
        await expect(git.addWorktree(remote, commit, directory, call)).rejects.toMatchObject({ code: "conflict" });
        await expect(git.addWorktree(remote, "f".repeat(40), join(data, "w2"), call)).rejects.toMatchObject({
            details: { errorCode: "commit_missing" },
        });
        await expect(git.addWorktree(remote, "--help", join(data, "w3"), call)).rejects.toMatchObject({
            code: "invalid",
        });
    });
});
