import { delimiter, dirname } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { containerOf, docker, removeStack } from "../support/docker.ts";
import { folderContents } from "../support/folder-contents.ts";
import { gitLfsFolder } from "../support/git-lfs.ts";
import { type GitServer, startGitServer } from "../support/git-server.ts";
import { createLfsObjects, type LfsObjects } from "../support/lfs-server.ts";
import { createRest, type Rest } from "../support/rest.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { idleService } from "../support/small-app.ts";
import { makeTestRepository } from "../support/test-repository.ts";
import { createWorkRepository, type WorkRepository } from "../support/work-repository.ts";

const token = "canary-git-shapes-token";
const stack = `gitshape-${process.pid}`;
const built = `services:
  web:
    build: .
    init: true
    stop_grace_period: 1s
`;
const dockerfile = 'FROM cicd/busybox:1\nCOPY . /all\nCMD ["sleep", "1000"]\n';

describe("what git repositories do", () => {
    let server: TestServer;
    let rest: Rest;
    let repository: WorkRepository;
    let git: GitServer;
    let objects: LfsObjects;
    /** Answers with a redirect where it is set. */
    let movedTo: string | undefined;

    beforeAll(async () => {
        const path = `${await gitLfsFolder()}${delimiter}${process.env["PATH"] ?? ""}`;
        server = await startServer({ CICD_ALLOW_FILE_GIT: "false", PATH: path });
        rest = createRest(server);
        repository = await createWorkRepository();
        objects = createLfsObjects();
        git = await startGitServer({
            root: dirname(repository.bareDirectory),
            token,
            intercept: async (request, response) => {
                if (movedTo !== undefined) {
                    response.writeHead(301, { Location: `${movedTo}${request.url ?? ""}` }).end();
                    return true;
                }
                return objects.intercept(request, response);
            },
        });
        await repository.commit({ "compose.yaml": built, Dockerfile: dockerfile, "version.txt": "1\n" }, "first");
        await rest.connect(stack, {
            url: `${git.url}/app.git`,
            branch: "main",
            authType: "http_token",
            credentials: { token },
        });
    });

    afterAll(async () => {
        await server.stop();
        await git.close();
        await removeStack(stack);
        await repository.remove();
    });

    async function deploy(request: object = {}) {
        return rest.ended((await rest.deploy(stack, request)).id);
    }

    async function inside(path: string): Promise<string> {
        return docker("exec", await containerOf(stack, "web"), "cat", path);
    }

    it("a submodule reaches the image and the stack's folder, its next commit too", async () => {
        const lib = makeTestRepository({ root: dirname(repository.bareDirectory), name: "lib" });
        const first = lib.push({ "lib.txt": "one\n" });
        const modules = '[submodule "lib"]\n\tpath = vendor/lib\n\turl = ../lib.git\n';
        await repository.git("update-index", "--add", "--cacheinfo", `160000,${first},vendor/lib`);
        await repository.git("commit", "-q", "-m", "submodule");
        await repository.git("clone", "-q", lib.bare, "vendor/lib");
        await repository.commit({ ".gitmodules": modules }, "submodule");

        const ended = await deploy();

        expect(ended).toMatchObject({ status: "successful" });
        expect(await inside("/all/vendor/lib/lib.txt")).toBe("one");
        const folder = await folderContents(`${server.stacksDirectory}/${stack}`);
        expect(folder.get("vendor/lib/lib.txt")).toBe("one\n");
        expect([...folder.keys()].filter((path) => path.includes(".git/"))).toEqual([]);
        expect(await rest.log(ended.id)).toContain(`Submodule vendor/lib: commit ${first} of ${git.url}/lib.git`);

        lib.push({ "lib.txt": "two\n" });
        await repository.git("-C", "vendor/lib", "pull", "-q");
        await repository.commit({}, "next submodule");
        expect(await deploy()).toMatchObject({ status: "successful" });
        expect(await inside("/all/vendor/lib/lib.txt")).toBe("two");
    });

    it("a submodule on another host is refused before anything is touched", async () => {
        const modules = '[submodule "lib"]\n\tpath = vendor/lib\n\turl = https://evil.invalid/lib.git\n';
        const good = await repository.git("show", "HEAD:.gitmodules");
        const before = await containerOf(stack, "web");
        await repository.commit({ ".gitmodules": modules }, "evil submodule");

        const ended = await deploy();

        expect(ended).toMatchObject({ status: "failed", errorCode: "address_refused" });
        expect(ended.error).toMatch(/submodule vendor\/lib: .*another host \(evil\.invalid\)/);
        expect(await containerOf(stack, "web")).toBe(before);
        await repository.commit({ ".gitmodules": `${good}\n` }, "good again");
    });

    it("a file in Git LFS reaches the image", async () => {
        const content = "large\n".repeat(1000);
        await repository.commit(
            { ".gitattributes": "*.bin filter=lfs -text\n", "model.bin": objects.add(content) },
            "large file",
        );

        expect(await deploy()).toMatchObject({ status: "successful" });
        expect(await inside("/all/model.bin")).toBe(content.trim());
    });

    it("an old commit far behind a shallow mirror is deployed by its hash", async () => {
        const old = await repository.git("rev-list", "--max-parents=0", "HEAD");
        for (let n = 0; n < 80; n += 1) {
            await repository.git("commit", "-q", "--allow-empty", "-m", `empty ${n}`);
        }
        await repository.commit({ "version.txt": "2\n" }, "newest");
        // Its mirror goes with the connection: the next one begins anew.
        await rest.call("DELETE", `/stacks/${stack}/repository`);
        await rest.connect(stack, {
            url: `${git.url}/app.git`,
            branch: "main",
            authType: "http_token",
            credentials: { token },
        });
        expect(await deploy()).toMatchObject({ status: "successful" });
        expect(await inside("/all/version.txt")).toBe("2");

        expect(await deploy({ commit: old })).toMatchObject({ status: "successful", commitSha: old });
        expect(await inside("/all/version.txt")).toBe("1");
    });

    it("a rewritten history deploys, and the log says that it was rewritten", async () => {
        expect(await deploy()).toMatchObject({ status: "successful" });
        await repository.git("commit", "-q", "--amend", "-m", "amended");
        await repository.git("reset", "-q", "--hard", "HEAD~1");
        const sha = await repository.git("commit-tree", "-m", "other line", "-p", "HEAD", "HEAD^{tree}");
        await repository.git("reset", "-q", "--hard", sha);
        await repository.git("push", "-q", "--force", "origin", "main");
        const connected = (await rest.call("PUT", `/stacks/${stack}/repository`, {
            url: `${git.url}/app.git`,
            branch: "main",
            authType: "http_token",
            webhookSecret: "a-secret-of-this-test",
        })) as { body: Parameters<Rest["push"]>[0] };
        const answer = await rest.push(
            { ...connected.body, webhookSecret: "a-secret-of-this-test" },
            { ref: "refs/heads/main", after: sha },
        );
        expect(answer.status).toBe(202);
        const [newest] = await rest.history(stack);

        const ended = await rest.ended(newest?.id ?? "");

        expect(ended).toMatchObject({ status: "successful", commitSha: sha });
        expect(await rest.log(ended.id)).toContain("The history of branch main was rewritten");
    });

    it("a deleted branch fails with those that there are", async () => {
        await repository.git("push", "-q", "origin", "main:refs/heads/next");
        await repository.git("--git-dir", repository.bareDirectory, "symbolic-ref", "HEAD", "refs/heads/next");
        await repository.git("push", "-q", "origin", "--delete", "main");

        const ended = await deploy();

        expect(ended).toMatchObject({ status: "failed", errorCode: "branch_missing" });
        expect(ended.error).toContain("use one of: next");
        await repository.git("push", "-q", "origin", "main");
    });

    it("a renamed repository fails with its new address, which is not contacted", async () => {
        const target = await startGitServer({ root: dirname(repository.bareDirectory) });
        movedTo = `${target.url}/renamed`;

        const ended = await deploy();

        movedTo = undefined;
        expect(ended).toMatchObject({ status: "failed", errorCode: "address_refused" });
        expect(ended.error).toContain(`has moved to ${target.url}/renamed/app.git; change url to it`);
        expect(target.requests).toEqual([]);
        await target.close();
    });
});

describe("a repository with large files, where git-lfs is not installed", () => {
    it("fails with the way out, before anything is touched", async () => {
        const server = await startServer();
        const rest = createRest(server);
        const repository = await createWorkRepository();
        const plain = `gitshape-lfs-${process.pid}`;
        try {
            await repository.commit(
                {
                    "compose.yaml": `services:\n${idleService("web")}`,
                    ".gitattributes": "*.bin filter=lfs\n",
                    "model.bin": createLfsObjects().add("large"),
                },
                "large",
            );
            await rest.connect(plain, { url: repository.url, branch: "main" });
            const ended = await rest.ended((await rest.deploy(plain)).id);
            expect(ended).toMatchObject({ status: "failed", errorCode: "not_supported" });
            expect(ended.error).toMatch(/model\.bin is kept in Git LFS.*install git-lfs/);
        } finally {
            await server.stop();
            await removeStack(plain);
            await repository.remove();
        }
    });
});
