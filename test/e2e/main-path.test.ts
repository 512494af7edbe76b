import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { GitRepository } from "../../common/schema/git-repository.ts";
import { compose, containerOf, docker, removeStack } from "../support/docker.ts";
import { connectPage } from "../support/page-socket.ts";
import { createRest, type Rest } from "../support/rest.ts";
import { sampleApp } from "../support/sample-app.ts";
import { freePort, startServer, type TestServer } from "../support/server.ts";
import { createWorkRepository, type WorkRepository } from "../support/work-repository.ts";

const stack = `main-path-${process.pid}`;

/** One stack's life from its first push on; each step stands on the one before. */
describe("a stack that is connected to a repository", () => {
    let server: TestServer;
    let rest: Rest;
    let repository: WorkRepository;
    let connected: GitRepository;
    let port: number;
    const commits: string[] = [];

    async function answer(): Promise<string> {
        const response = await fetch(`http://127.0.0.1:${port}/`);
        return (await response.text()).trim();
    }

    async function pushAndWait(files: Record<string, string | null>, message: string) {
        const commit = await repository.commit(files, message);
        const pushed = await rest.push(connected, { ref: "refs/heads/main", commit });
        expect(pushed).toMatchObject({ status: 202, verdict: "queued" });
        return rest.ended(pushed.deploymentIds?.[0] ?? "");
    }

    beforeAll(async () => {
        server = await startServer();
        rest = createRest(server);
        repository = await createWorkRepository();
        port = await freePort();
        await repository.commit({ "README.md": "app\n" }, "start");
        connected = await rest.connect(stack, { url: repository.url, branch: "main", provider: "generic" });
    });

    afterAll(async () => {
        await server.stop();
        await removeStack(stack);
        await repository.remove();
    });

    it("goes live and healthy after a push", async () => {
        const ended = await pushAndWait(sampleApp({ port, version: "one" }), "feat: one");

        expect(ended).toMatchObject({ status: "successful", triggeredBy: "webhook", commitMessage: "feat: one" });
        expect(ended.commitAuthor).toBe("Ada");
        expect(ended.images.map((image) => image.image).sort()).toEqual([
            `${stack}-api:${ended.commitSha}`,
            `${stack}-web:${ended.commitSha}`,
        ]);
        expect(await answer()).toBe("one");
        commits.push(ended.id);
    });

    it("is not touched by 'docker compose up -d' typed by hand", async () => {
        const before = [await containerOf(stack, "web"), await containerOf(stack, "api")];

        await compose(join(server.stacksDirectory, stack), "up", "-d");

        expect([await containerOf(stack, "web"), await containerOf(stack, "api")]).toEqual(before);
    });

    it("recreates only the service whose image changed", async () => {
        const api = await containerOf(stack, "api");
        const web = await containerOf(stack, "web");

        const ended = await pushAndWait({ "web/www/index.html": "two\n" }, "feat: two");

        expect(ended.status).toBe("successful");
        expect(await answer()).toBe("two");
        expect(await containerOf(stack, "api")).toBe(api);
        expect(await containerOf(stack, "web")).not.toBe(web);
        commits.push(ended.id);
    });

    it("recreates the service whose mounted file changed, and no other", async () => {
        const api = await containerOf(stack, "api");
        const web = await containerOf(stack, "web");

        const ended = await pushAndWait({ "settings.conf": "level=2\n" }, "chore: settings");

        expect(ended.status).toBe("successful");
        expect(await containerOf(stack, "web")).toBe(web);
        expect(await containerOf(stack, "api")).not.toBe(api);
        expect(await docker("exec", await containerOf(stack, "api"), "cat", "/etc/settings.conf")).toBe("level=2");
        commits.push(ended.id);
    });

    it("keeps the old release when the build breaks", async () => {
        const web = await containerOf(stack, "web");

        const ended = await pushAndWait({ "web/Dockerfile": "FROM cicd/busybox:1\nRUN exit 7\n" }, "feat: broken");

        expect(ended).toMatchObject({ status: "failed", errorCode: "build_failed" });
        expect(await containerOf(stack, "web")).toBe(web);
        expect(await answer()).toBe("two");
    });

    it("rolls an unhealthy release back and keeps data, volumes and .env", async () => {
        const directory = join(server.stacksDirectory, stack);
        await mkdir(join(directory, "data"), { recursive: true });
        await writeFile(join(directory, "data", "precious"), "gold");
        await writeFile(join(directory, ".env"), "MINE=1\n");
        await docker("exec", await containerOf(stack, "web"), "sh", "-c", "echo silver > /kept/precious");
        const good = sampleApp({ port, version: "three" });

        const ended = await pushAndWait(
            {
                ...good,
                "web/Dockerfile": 'FROM cicd/busybox:1\nCOPY www /www\nCMD ["sleep", "1000"]\n',
            },
            "feat: sleeps instead of serving",
        );

        expect(ended).toMatchObject({ status: "rolled_back", errorCode: "unhealthy" });
        expect(await answer()).toBe("two");
        expect(await readFile(join(directory, "data", "precious"), "utf8")).toBe("gold");
        expect(await readFile(join(directory, ".env"), "utf8")).toBe("MINE=1\n");
        expect(await docker("exec", await containerOf(stack, "web"), "cat", "/kept/precious")).toBe("silver");
        const rollback = (await rest.history(stack)).find((row) => row.rollbackOf === ended.id);
        expect(rollback).toMatchObject({
            status: "successful",
            previousDeploymentId: commits.at(-1),
            triggeredBy: "webhook",
        });
    });

    it("sees a crash loop within seconds", async () => {
        const started = Date.now();

        const ended = await pushAndWait(
            {
                "web/Dockerfile": 'FROM cicd/busybox:1\nCOPY www /www\nCMD ["sh", "-c", "echo no database; exit 3"]\n',
                "compose.yaml": sampleApp({ port, version: "four" })["compose.yaml"]!.replace(
                    "    stop_grace_period: 1s\n",
                    "    stop_grace_period: 1s\n    restart: always\n",
                ),
            },
            "feat: crashes",
        );

        expect(ended).toMatchObject({ status: "rolled_back", errorCode: "unhealthy" });
        expect(await rest.log(ended.id)).toContain("no database");
        expect(Date.now() - started).toBeLessThan(25_000);
        expect(await answer()).toBe("two");
    });

    it("goes live again with the next good push", async () => {
        const ended = await pushAndWait(sampleApp({ port, version: "five" }), "fix: serve again");

        expect(ended.status).toBe("successful");
        expect(await answer()).toBe("five");
        commits.push(ended.id);
    });

    it("redeploys the same commit by hand without recreating anything", async () => {
        const web = await containerOf(stack, "web");

        const ended = await rest.ended((await rest.deploy(stack)).id);

        expect(ended).toMatchObject({ status: "successful", triggeredBy: "manual", triggeredByUser: "admin" });
        expect(await containerOf(stack, "web")).toBe(web);
    });

    it("goes back to an earlier release at the press of a button", async () => {
        const answered = await rest.call("POST", `/deployments/${commits[1]}/rollback`);
        expect(answered.status).toBe(202);
        const [rollback] = await rest.history(stack);

        const ended = await rest.ended(rollback!.id);

        expect(ended).toMatchObject({ status: "successful", previousDeploymentId: commits[1] });
        expect(await answer()).toBe("two");
    });

    it("keeps its history and its volumes when it is deleted, and nothing that opens or holds secrets", async () => {
        const browser = await connectPage(server);

        expect(await browser.agent("deleteStack", stack)).toMatchObject({ ok: true });

        browser.close();
        expect((await rest.history(stack)).length).toBeGreaterThan(commits.length);
        expect(await rest.call("GET", `/stacks/${stack}/repository`)).toMatchObject({ status: 404 });
        const directory = join(server.dataDirectory, "cicd");
        expect(await readdir(join(directory, "releases"))).toEqual([]);
        const mirrors = (await readdir(join(directory, "repos"))).filter((name) => !name.startsWith("."));
        expect(mirrors).toEqual([]);
        expect(await containerOf(stack, "web")).toBe("");
        expect(await docker("volume", "ls", "-q", "--filter", `name=${stack}_kept`)).toBe(`${stack}_kept`);
    });
});
