import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { countAll, parseTree } from "../../../../../backend/cicd/adapters/git/commit-tree.ts";
import { createGit } from "../../../../../backend/cicd/adapters/git/git.ts";
import { withinSize } from "../../../../../backend/cicd/adapters/git/mirror-size.ts";
import type { Git, GitCall, GitRemote } from "../../../../../backend/cicd/core/git.ts";
import { makeTestRepository, type TestRepository } from "../../../../support/test-repository.ts";

const call: GitCall = { signal: new AbortController().signal, timeoutSeconds: 60 };

let repository: TestRepository;
let data: string;
let git: Git;
let remote: GitRemote;

beforeEach(() => {
    repository = makeTestRepository();
    data = mkdtempSync(join(tmpdir(), "git-data-"));
    const path = process.env["PATH"] ?? "";
    git = createGit({ directory: join(data, "repos"), path, allowPrivateHosts: false, allowFile: true });
    remote = { url: repository.url, authType: "none", allowPrivateHost: false };
});

afterEach(() => {
    repository.remove();
    rmSync(data, { recursive: true, force: true });
});

/** Runs git in the bare repository, so that no client refuses what is made. */
function raw(args: readonly string[], input: string | Buffer = ""): string {
    const identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"];
    return execFileSync("git", ["-C", repository.bare, ...identity, ...args], { input, encoding: "utf8" }).trim();
}

function blob(content: string): string {
    return raw(["hash-object", "-w", "--stdin"], content);
}

/** A tree as it is written, whatever its names. */
function tree(entries: readonly (readonly [mode: string, name: string | Buffer, object: string])[]): string {
    const rows = entries.map(([mode, name, object]) =>
        Buffer.concat([Buffer.from(`${mode} `), Buffer.from(name), Buffer.from([0]), Buffer.from(object, "hex")]),
    );
    return raw(["hash-object", "-w", "-t", "tree", "--literally", "--stdin"], Buffer.concat(rows));
}

function commitTree(of: string): string {
    const commit = raw(["commit-tree", "-m", "hostile", of]);
    raw(["update-ref", "refs/heads/main", commit]);
    return commit;
}

async function checkOut(commit: string): Promise<string> {
    await git.fetch(remote, call);
    const directory = join(data, "work");
    await git.addWorktree(remote, commit, directory, call);
    return directory;
}

describe("a commit's paths", () => {
    it.each([
        [".git/config", [".git", "config"]],
        [".GIT/hooks", [".GIT", "hooks"]],
        [".git /x", [".git ", "x"]],
        ["git~1/x", ["git~1", "x"]],
        [".g\u200cit/x", [".g\u200cit", "x"]],
        ["../x", ["..", "x"]],
        ["a/./x", [".", "x"]],
    ])("like %j are refused, and nothing is written outside", async (_what, [folder = "", name = ""]) => {
        const inner = tree([["100755", name, blob("[core]\n\tfsmonitor = touch /tmp/never\n")]]);
        await expect(checkOut(commitTree(tree([["40000", folder, inner]])))).rejects.toMatchObject({
            code: "invalid",
            details: { errorCode: "not_contained" },
        });
        const written = readdirSync(data, { recursive: true, encoding: "utf8" });
        expect(written.filter((path) => !path.startsWith("repos") && path !== "work")).toEqual([]);
    });

    it("that look like options, hold line ends or other letters are only names", async () => {
        const names = ["--help", "-rf", "Compose.yaml", "a\nb", "compose.yaml", "tab\there", "\u001b[31mred"];
        const commit = commitTree(tree(names.map((name) => ["100644", name, blob(name)] as const)));
        const directory = await checkOut(commit);
        expect(readdirSync(directory).sort()).toEqual([...names].sort());
        expect(readFileSync(join(directory, "-rf"), "utf8")).toBe("-rf");
        expect(await git.listFiles(remote, commit)).toEqual([...names].sort());
    });

    it("that are no UTF-8 are written as they are", async () => {
        const commit = commitTree(tree([["100644", Buffer.from([0x66, 0xff, 0xfe]), blob("x")]]));
        const [name] = readdirSync(await checkOut(commit), { encoding: "buffer" });
        expect(name).toEqual(Buffer.from([0x66, 0xff, 0xfe]));
    });

    it("through a symlink of the same name lead nowhere else", async () => {
        const outside = join(data, "outside");
        execFileSync("mkdir", [outside]);
        const inner = tree([["100644", "x", blob("x")]]);
        const commit = commitTree(
            tree([
                ["120000", "a", blob(outside)],
                ["40000", "a", inner],
            ]),
        );
        await checkOut(commit).catch(() => undefined);
        expect(readdirSync(outside)).toEqual([]);
    });

    it("are written as links where they are links, to wherever, also in a loop", async () => {
        const commit = commitTree(
            tree([
                ["120000", "loop", blob("loop")],
                ["120000", "passwd", blob("/etc/passwd")],
            ]),
        );
        const directory = await checkOut(commit);
        expect(readdirSync(directory).sort()).toEqual(["loop", "passwd"]);
        expect(await git.readFile(remote, commit, "passwd")).toBeUndefined();
        expect(await git.readFile(remote, commit, "loop")).toBeUndefined();
    });
});

describe("a commit's size", () => {
    it("is bounded where ten trees in ten trees in ten … mean more files than a disk can hold", async () => {
        let inner = tree([["100644", "f", blob("x")]]);
        for (let depth = 0; depth < 9; depth += 1) {
            const same = inner;
            inner = tree(Array.from({ length: 10 }, (_, n) => ["40000", `d${n}`, same] as const));
        }
        await expect(checkOut(commitTree(inner))).rejects.toMatchObject({
            code: "invalid",
            details: { errorCode: "not_supported" },
        });
        expect(existsSync(join(data, "work"))).toBe(false);
    }, 60_000);

    it.each([
        ["files", ["a", "b", "c"], 3],
        ["a folder once", ["a/b", "a/c", "a/d/e", "ab"], 6],
        ["every level", ["a/b/c/d", "x/b/c/d"], 8],
        ["names that no tree should have", ["/a", "//", "a//b"], 6],
    ])("is that of its files and folders: %s", (_, paths, count) => {
        expect(countAll(paths.map((path) => ({ path })))).toBe(count);
    });

    it("is bounded where one file lies in more folders than any path should", async () => {
        let inner = tree([["100644", "f", blob("x")]]);
        for (let depth = 0; depth < 99; depth += 1) {
            inner = tree([["40000", "d", inner]]);
        }
        const directory = await checkOut(commitTree(inner));
        expect(existsSync(join(directory, "d/".repeat(99), "f"))).toBe(true);
        rmSync(directory, { recursive: true });
        await expect(checkOut(commitTree(tree([["40000", "d", inner]])))).rejects.toMatchObject({
            message: expect.stringContaining("100 levels") as string,
            details: { errorCode: "not_supported" },
        });
    });

    it("ends in time where ten trees in ten trees in ten … hold nothing at all", async () => {
        let inner = tree([]);
        for (let depth = 0; depth < 12; depth += 1) {
            const same = inner;
            inner = tree(Array.from({ length: 10 }, (_, n) => ["40000", `d${n}`, same] as const));
        }
        const commit = commitTree(inner);
        await git.fetch(remote, call);
        const directory = join(data, "work");
        await expect(git.addWorktree(remote, commit, directory, { ...call, timeoutSeconds: 2 })).rejects.toMatchObject({
            code: "unavailable",
        });
        expect(existsSync(directory)).toBe(false);
    }, 30_000);

    it("of one file is bounded, told from the repository alone", () => {
        expect(
            parseTree(
                `100644 blob ${"a".repeat(40)} 3000000000\tbig\x00160000 commit ${"b".repeat(40)}       -\tsub\x00`,
            ),
        ).toEqual([
            { mode: "100644", object: "a".repeat(40), sizeBytes: 3_000_000_000, path: "big" },
            { mode: "160000", object: "b".repeat(40), sizeBytes: 0, path: "sub" },
        ]);
    });

    it("during a fetch is watched, and what was fetched until then removed", async () => {
        const mirror = join(data, "mirror.git");
        const pack = join(mirror, "objects/pack");
        execFileSync("mkdir", ["-p", pack]);
        const fetching = withinSize(
            mirror,
            call,
            ({ signal }) =>
                new Promise((_resolve, reject) => {
                    writeFileSync(join(pack, "tmp_pack_x"), "");
                    truncateSync(join(pack, "tmp_pack_x"), 2 * 1024 * 1024);
                    signal.addEventListener("abort", () => reject(signal.reason as Error));
                }),
            1024 * 1024,
        );
        await expect(fetching).rejects.toMatchObject({ code: "invalid", details: { errorCode: "not_supported" } });
        expect(readdirSync(pack)).toEqual([]);
    });

    it("does not count where a large file is only large: 100 MB are checked out without much memory", async () => {
        writeFileSync(join(repository.root, "clone", "zeros"), "");
        truncateSync(join(repository.root, "clone", "zeros"), 100 * 1024 * 1024);
        const directory = await checkOut(repository.push({ "a.txt": "a" }));
        expect(readdirSync(directory).sort()).toEqual(["a.txt", "zeros"]);
    }, 60_000);

    it("is refused where git would convert such a file in memory", async () => {
        writeFileSync(join(repository.root, "clone", "zeros.txt"), "");
        truncateSync(join(repository.root, "clone", "zeros.txt"), 70 * 1024 * 1024);
        const plain = repository.push({ "a.txt": "a" });
        const attributes = blob("*.txt working-tree-encoding=UTF-32 ident\n");
        const rows = raw(["ls-tree", plain]);
        const bomb = raw(["mktree"], `${rows}\n100644 blob ${attributes}\t.gitattributes\n`);
        await expect(checkOut(commitTree(bomb))).rejects.toMatchObject({
            message: expect.stringContaining("zeros.txt") as string,
            details: { errorCode: "not_supported" },
        });
    }, 60_000);
});

describe("what a commit says of itself", () => {
    it("is cut: a message of 10 MB, an author of 100 KB with colours", async () => {
        const file = tree([["100644", "a", blob("a")]]);
        const author = `${"\u001b[31mA".repeat(20_000)} <a@example.org> 1600000000 +0000`;
        const text = `tree ${file}\nauthor ${author}\ncommitter ${author}\n\nfirst\u0007 line\n${"m".repeat(10_000_000)}`;
        const commit = raw(["hash-object", "-w", "-t", "commit", "--literally", "--stdin"], text);
        raw(["update-ref", "refs/heads/main", commit]);
        await git.fetch(remote, call);
        const info = await git.resolve(remote, { branch: "main" }, undefined);
        expect(info.message.length).toBeLessThanOrEqual(64 * 1024);
        expect(info.message.startsWith("first line\nmmm")).toBe(true);
        expect(info.author.length).toBeLessThanOrEqual(255);
        expect(info.author).toMatch(/^\[31mA/);
    });

    it("may be a time that no clock shows", async () => {
        const file = tree([["100644", "a", blob("a")]]);
        const who = "A <a@example.org> 99999999999999999 +0000";
        const text = `tree ${file}\nauthor ${who}\ncommitter ${who}\n\nx\n`;
        const commit = raw(["hash-object", "-w", "-t", "commit", "--literally", "--stdin"], text);
        raw(["update-ref", "refs/heads/main", commit]);
        await git.fetch(remote, call);
        expect((await git.resolve(remote, { branch: "main" }, undefined)).time).toMatch(/^\d{4}-.*Z$/);
    });
});

describe("a repository's own configuration", () => {
    it("changes nothing, wherever it lies", async () => {
        const witness = join(data, "witness");
        const evil = `[core]\n\tfsmonitor = touch ${witness}\n\tsshCommand = touch ${witness}\n\thooksPath = .\n[filter "x"]\n\tsmudge = touch ${witness}\n`;
        execFileSync("git", ["-C", repository.bare, "config", "uploadpack.packObjectsHook", `touch ${witness}`]);
        const commit = repository.push({
            config: evil,
            ".gitconfig": evil,
            "hooks/post-checkout": `#!/bin/sh\ntouch ${witness}\n`,
            ".gitattributes": "* filter=x ident\n[attr]y filter=x\n",
            "a.txt": "$Id$\n",
        });
        const directory = await checkOut(commit);
        expect(readdirSync(directory)).toContain("hooks");
        expect(existsSync(witness)).toBe(false);
    });
});
