import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { Deployment } from "../../common/schema/deployment.ts";
import { ReleaseComparison, ReleaseSummary } from "../../common/schema/release.ts";
import { containing } from "../support/containing.ts";
import { containerOf, docker, removeStack } from "../support/docker.ts";
import { connectPage, type PageSocket } from "../support/page-socket.ts";
import { createRest, type Rest } from "../support/rest.ts";
import { sampleApp } from "../support/sample-app.ts";
import { freePort, startServer, type TestServer } from "../support/server.ts";
import { answerOn } from "../support/small-app.ts";
import { createWorkRepository, type WorkRepository } from "../support/work-repository.ts";

const stack = `releases-${process.pid}`;
const oldSecret = "the-first-secret-of-all";
const newSecret = "the-second-secret-of-all";

/** Two releases of a stack, what changed between them, and the way back to the first when its image is gone. */
describe("the releases of a stack", () => {
    let server: TestServer;
    let rest: Rest;
    let page: PageSocket;
    let repository: WorkRepository;
    let port: number;
    let first: Deployment;
    let second: Deployment;

    beforeAll(async () => {
        server = await startServer({ CICD_STABILITY_SECONDS: "2" });
        rest = createRest(server);
        page = await connectPage(server);
        repository = await createWorkRepository();
        port = await freePort();
        await repository.commit(
            files("one", { "settings.conf": `level=1\nkey=${oldSecret}\n`, ".env": "A=1\n" }),
            "One",
        );
        await rest.connect(stack, { url: repository.url, branch: "main", provider: "generic" }, config("1", oldSecret));
        first = await deployed();
        await repository.commit({ "notes.txt": "between\n" }, "Between\n\nwith a body");
        const changed = { "settings.conf": `level=2\nkey=${newSecret}\n`, "logo.bin": "a\0b", ".env": "A=2\n" };
        await repository.commit(files("two", { ...changed, "notes.txt": null }), "Two");
        await rest.call("PUT", `/stacks/${stack}/build-config`, config("2", newSecret));
        second = await deployed();
    });

    afterAll(async () => {
        page.close();
        await server.stop();
        await removeStack(stack);
        await repository.remove();
    });

    function files(version: string, more: Record<string, string | null>): Record<string, string | null> {
        return { ...sampleApp({ port, version }), ...more };
    }

    function config(level: string, secret: string): object {
        const variables = [
            { name: "LEVEL", value: level, secret: false },
            { name: "TOKEN", value: secret, secret: true },
            { name: "KEPT", value: "same", secret: false },
            { name: level === "1" ? "GONE" : "NEW", value: "x", secret: false },
        ];
        return { environmentVariables: variables, healthCheckPath: "/" };
    }

    async function deployed(): Promise<Deployment> {
        return successful((await rest.deploy(stack)).id);
    }

    async function successful(id: string): Promise<Deployment> {
        const ended = await rest.ended(id);
        expect(ended, await rest.log(id)).toMatchObject({ status: "successful" });
        return ended;
    }

    async function rollBack(id: string): Promise<Deployment> {
        const answer = await rest.call("POST", `/deployments/${id}/rollback`);
        expect(answer.status, JSON.stringify(answer.body)).toBe(202);
        return rest.ended(Deployment.parse(answer.body).id);
    }

    async function compared(from: string, to: string): Promise<ReleaseComparison> {
        const answer = await rest.call("GET", `/stacks/${stack}/releases/compare?from=${from}&to=${to}`);
        expect(answer.status, JSON.stringify(answer.body)).toBe(200);
        return ReleaseComparison.parse(answer.body);
    }

    function imageOf(deployment: Deployment, service: string): string {
        return deployment.images.find((image) => image.service === service)?.image ?? "";
    }

    it("are listed with their commits, images and sizes, the newest first", async () => {
        const answer = await rest.call("GET", `/stacks/${stack}/releases`);

        const { items } = z.object({ items: z.array(ReleaseSummary) }).parse(answer.body);
        expect(items).toMatchObject([
            { deploymentId: second.id, commitMessage: "Two", commitAuthor: "Ada", branch: "main", live: true },
            { deploymentId: first.id, commitSha: first.commitSha, commitMessage: "One", live: false },
        ]);
        expect(items.every(({ sizeBytes, deployedAt }) => sizeBytes > 1000 && deployedAt !== undefined)).toBe(true);
        expect(items[1]?.images.map(({ service }) => service)).toEqual(["api", "web"]);
        expect(await page.agent("getReleases", stack, 1)).toMatchObject({ releases: [{ deploymentId: second.id }] });
    });

    it("tell what changed from one to the other, without values of variables and secrets", async () => {
        const found = await compared(first.id, second.id);

        expect(found.commits).toMatchObject({
            added: [
                { subject: "Two", author: "Ada", sha: second.commitSha },
                { subject: "Between", author: "Ada" },
            ],
            removed: [],
            more: false,
        });
        expect(found.files.map(({ path, kind, note }) => [path, kind, note])).toEqual([
            [".env", "changed", "holds values of variables or secrets, which are not shown"],
            ["logo.bin", "added", "binary, or too large to be shown"],
            ["settings.conf", "changed", undefined],
            ["web/www/index.html", "changed", undefined],
        ]);
        expect(found.files.map(({ diff }) => diff)).toContain(
            "@@ -1,2 +1,2 @@\n-level=1\n-key=***\n+level=2\n+key=***",
        );
        expect(found.images).toMatchObject([
            { service: "web", from: { image: imageOf(first, "web") }, to: { image: imageOf(second, "web") } },
        ]);
        expect(found.variables).toEqual({ added: ["NEW"], removed: ["GONE"], changed: ["LEVEL", "TOKEN"] });
        expect(found.override?.diff).toContain(second.commitSha);
        expect(JSON.stringify(found)).not.toMatch(/secret-of-all/);
    });

    it("are compared in the other direction, and over the page's connection, too", async () => {
        const answer = await page.agent("compareReleases", stack, { from: second.id, to: first.id });

        const { comparison } = z.object({ comparison: ReleaseComparison }).parse(answer);
        expect(comparison.commits).toMatchObject({ added: [], removed: [{ subject: "Two" }, { subject: "Between" }] });
        expect(comparison.files.map(({ kind }) => kind)).toEqual(["changed", "removed", "changed", "changed"]);
        const unknown = await rest.call("GET", `/stacks/${stack}/releases/compare?from=${first.id}&to=nothing`);
        expect(unknown).toMatchObject({ status: 404, body: { error: { message: containing("list its releases") } } });
    });

    it("are rebuilt from the commit where their image was pruned, also when it has left its branch", async () => {
        await repository.git("checkout", "-q", "--orphan", "rewritten");
        await repository.commit({ "notes.txt": "anew\n" }, "Anew", "rewritten");
        await repository.git("push", "-q", "--force", "origin", "rewritten:main");
        await docker("rmi", imageOf(first, "web"));

        const rollback = await rollBack(first.id);

        const log = await rest.log(rollback.id);
        expect(rollback, log).toMatchObject({ status: "successful", previousDeploymentId: first.id });
        const note = `web: rebuilt from ${first.commitSha.slice(0, 7)}: not bit for bit the same image`;
        expect(rollback.note).toContain(note);
        expect(log).toContain(note);
        expect(await answerOn(port)).toBe("one");
        const running = await docker("inspect", "-f", "{{.Config.Image}}", await containerOf(stack, "web"));
        expect(running).toBe(imageOf(first, "web"));
        expect(await rest.call("GET", `/stacks/${stack}/drift`)).toMatchObject({ body: { services: [] } });
    });

    it("are not restored where the commit is gone as well, and say what to do", async () => {
        await docker("rmi", imageOf(second, "web"));
        const mirrors = join(server.dataDirectory, "cicd", "repos");
        for (const name of (await readdir(mirrors)).filter((one) => one.endsWith(".git"))) {
            await rm(join(mirrors, name), { recursive: true });
        }

        const failed = await rollBack(second.id);

        expect(failed, await rest.log(failed.id)).toMatchObject({
            status: "failed",
            errorCode: "commit_missing",
            error: containing("Push the commit again, on any branch, or deploy another one."),
        });
        expect(await answerOn(port)).toBe("one");
        expect((await compared(first.id, second.id)).commits).toBeUndefined();
    });
});
