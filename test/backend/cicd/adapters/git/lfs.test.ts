import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createGit } from "../../../../../backend/cicd/adapters/git/git.ts";
import type { Git, GitCall, GitRemote } from "../../../../../backend/cicd/core/git.ts";
import { testbedPaths } from "../../../../../extra/testbed/paths.ts";
import { startGitServer, type GitServer, type Intercept } from "../../../../support/git-server.ts";
import { createLfsObjects, type LfsObjects } from "../../../../support/lfs-server.ts";
import { makeTestRepository, type TestRepository } from "../../../../support/test-repository.ts";

const token = "canary-lfs-token";
const call: GitCall = { signal: new AbortController().signal, timeoutSeconds: 30 };
const bed = join(testbedPaths().bed, "git-lfs/usr/bin");
const systemPath = process.env["PATH"] ?? "";
const installed = [bed, ...systemPath.split(delimiter)].some((folder) => existsSync(join(folder, "git-lfs")));
const attributes = "*.bin filter=lfs diff=lfs merge=lfs -text\n";

let repository: TestRepository;
let objects: LfsObjects;
let server: GitServer;
let data: string;
let remote: GitRemote;

beforeEach(async () => {
    repository = makeTestRepository();
    objects = createLfsObjects();
    data = mkdtempSync(join(tmpdir(), "git-data-"));
    server = await startGitServer({ root: repository.root, token, intercept: objects.intercept });
    remote = { url: `${server.url}/app.git`, authType: "http_token", credentials: { token }, allowPrivateHost: false };
});

afterEach(async () => {
    await server.close();
    repository.remove();
    rmSync(data, { recursive: true, force: true });
});

function makeGit(path: string): Git {
    return createGit({ directory: join(data, "repos"), path, allowPrivateHosts: true, allowFile: true });
}

async function checkOut(git: Git, commit: string): Promise<string> {
    await git.fetch(remote, call);
    const directory = join(data, commit.slice(0, 7));
    await git.addWorktree(remote, commit, directory, call);
    return directory;
}

describe("a file in Git LFS, where git-lfs is not installed", () => {
    /** Only what git itself needs. */
    const bare = systemPath
        .split(delimiter)
        .filter((folder) => !existsSync(join(folder, "git-lfs")))
        .join(delimiter);

    it("is a clear failure", async () => {
        const commit = repository.push({ ".gitattributes": attributes, "model.bin": objects.add("large") });
        await expect(checkOut(makeGit(bare), commit)).rejects.toMatchObject({
            message: expect.stringMatching(/model\.bin is kept in Git LFS.*install git-lfs/) as string,
            details: { errorCode: "not_supported" },
        });
    });

    it("is none where only its text looks like a pointer, or only its attribute is there", async () => {
        const pointer = objects.add("large");
        const commit = repository.push({ ".gitattributes": attributes, "docs.txt": pointer, "plain.bin": "plain" });
        const directory = await checkOut(makeGit(bare), commit);
        expect(readFileSync(join(directory, "docs.txt"), "utf8")).toBe(pointer);
        expect(readFileSync(join(directory, "plain.bin"), "utf8")).toBe("plain");
    });
});

describe.runIf(installed)("a file in Git LFS, where git-lfs is installed", () => {
    const git = () => makeGit(`${bed}${delimiter}${systemPath}`);

    it("is fetched with the repository's token and put in place; its mode stays", async () => {
        const commit = repository.push({
            ".gitattributes": `${attributes}run.sh filter=lfs\n`,
            "deep/ü model.bin": objects.add("large"),
            "run.sh": objects.add("#!/bin/sh\n"),
            "same.bin": objects.add("large"),
        });
        const directory = await checkOut(git(), commit);
        expect(readFileSync(join(directory, "deep/ü model.bin"), "utf8")).toBe("large");
        expect(readFileSync(join(directory, "same.bin"), "utf8")).toBe("large");
        expect(readFileSync(join(directory, "run.sh"), "utf8")).toBe("#!/bin/sh\n");
        expect(statSync(join(directory, "run.sh")).mode & 0o777).toBe(0o755);
    });

    it("is also found at an old commit, and under a path of the same server that .lfsconfig names", async () => {
        const old = repository.push({
            ".gitattributes": attributes,
            "a.bin": objects.add("first"),
            ".lfsconfig": `[lfs]\n\turl = ${server.url}/elsewhere.git/info/lfs\n\tfetchexclude = "*"\n`,
        });
        repository.push({ "a.bin": objects.add("second") });
        expect(readFileSync(join(await checkOut(git(), old), "a.bin"), "utf8")).toBe("first");
        expect(server.requests.join("\n")).toContain("/elsewhere.git/info/lfs/objects/batch");
    });

    it("is refused where .lfsconfig names another server, which gets no request", async () => {
        const other = await startGitServer({ root: repository.root });
        try {
            const commit = repository.push({
                ".gitattributes": attributes,
                "a.bin": objects.add("first"),
                ".lfsconfig": `[lfs]\n\turl = ${other.url}/app.git/info/lfs\n`,
            });
            await expect(checkOut(git(), commit)).rejects.toMatchObject({ details: { errorCode: "address_refused" } });
            expect(other.requests).toEqual([]);
        } finally {
            await other.close();
        }
    });

    it("is not asked of a server that .lfsconfig on another branch names", async () => {
        const other = await startGitServer({ root: repository.root });
        try {
            const commit = repository.push({ ".gitattributes": attributes, "a.bin": objects.add("first") });
            const hostile = { ".lfsconfig": `[lfs]\n\turl = ${other.url}/app.git/info/lfs\n` };
            repository.push(hostile, { branch: "master" });
            remote = { url: repository.url, authType: "none", allowPrivateHost: false };
            await expect(checkOut(git(), commit)).rejects.toThrow(/^Git LFS: /);
            expect(other.requests).toEqual([]);
        } finally {
            await other.close();
        }
    });

    it("may lie on another server, which never gets the repository's token", async () => {
        const given: (string | undefined)[] = [];
        let isOpen = true;
        const elsewhere = createLfsObjects();
        const other = await startGitServer({
            root: repository.root,
            intercept: (request, response) => {
                given.push(request.headers.authorization);
                if (isOpen) {
                    return elsewhere.intercept(request, response);
                }
                response.writeHead(401, { "WWW-Authenticate": 'Basic realm="git"' }).end();
                return true;
            },
        });
        objects = createLfsObjects(() => other.url);
        await server.close();
        server = await startGitServer({ root: repository.root, token, intercept: objects.intercept });
        remote = { ...remote, url: `${server.url}/app.git` };
        try {
            elsewhere.add("first");
            const first = repository.push({ ".gitattributes": attributes, "a.bin": objects.add("first") });
            expect(readFileSync(join(await checkOut(git(), first), "a.bin"), "utf8")).toBe("first");
            isOpen = false;
            const second = repository.push({ "a.bin": objects.add("second") });
            await expect(checkOut(git(), second)).rejects.toThrow(/^Git LFS: /);
            expect(given.length).toBeGreaterThan(1);
            expect(given.filter((header) => header !== undefined)).toEqual([]);
        } finally {
            await other.close();
        }
    });

    it.each(["/objects/batch", "/lfs-object/"])("is given up where the token is refused for %s", async (refused) => {
        await server.close();
        const intercept: Intercept = (request, response) => {
            if (request.url?.includes(refused) !== true) {
                return objects.intercept(request, response);
            }
            response.writeHead(401, { "WWW-Authenticate": 'Basic realm="git"' }).end();
            return true;
        };
        server = await startGitServer({ root: repository.root, token, intercept });
        remote = { ...remote, url: `${server.url}/app.git` };
        const commit = repository.push({ ".gitattributes": attributes, "a.bin": objects.add("first") });

        await expect(checkOut(git(), commit)).rejects.toMatchObject({
            message: expect.stringMatching(/^Git LFS: credentials: the server refuses the token/) as string,
            details: { errorCode: "auth_failed" },
        });
        expect(server.requests.length).toBeLessThan(60);
        expect(readdirSync(join(data, "repos/.private")).filter((name) => name.startsWith("questions-"))).toEqual([]);
    });

    it("that the server does not have is told with its path", async () => {
        const commit = repository.push({ ".gitattributes": attributes, "a.bin": objects.add("gone") });
        objects.remove("gone");
        await expect(checkOut(git(), commit)).rejects.toMatchObject({
            message: expect.stringMatching(/^Git LFS: /) as string,
            details: { errorCode: "commit_missing" },
        });
    });

    it("that says it is larger than what is allowed is refused before it is asked for", async () => {
        const pointer = objects.add("small").replace(/size \d+/, "size 9999999999999");
        const commit = repository.push({ ".gitattributes": attributes, "a.bin": pointer });
        await expect(checkOut(git(), commit)).rejects.toMatchObject({ details: { errorCode: "not_supported" } });
        expect(server.requests.join("\n")).not.toContain("batch");
    });
});
