import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { Deployment } from "../../common/schema/deployment.ts";
import type { GitRepository } from "../../common/schema/git-repository.ts";
import { PinnedRelease } from "../../common/schema/stack.ts";
import { containing } from "../support/containing.ts";
import { removeStack } from "../support/docker.ts";
import { connectPage, type PageSocket } from "../support/page-socket.ts";
import { createRest, type Rest } from "../support/rest.ts";
import { freePort, startServer, type TestServer } from "../support/server.ts";
import { answerOn, smallService } from "../support/small-app.ts";
import { createWorkRepository, type WorkRepository } from "../support/work-repository.ts";

const stack = `pinned-${process.pid}`;
/** A service that ends at once where a file of the stack's data says so. */
const picky = `  picky:
    image: cicd/busybox:1
    init: true
    stop_grace_period: 1s
    command: ["sh", "-c", "test ! -e /data/broken && exec sleep 1000"]
    volumes: ["./data:/data"]
`;

/** A user goes back to an earlier release by hand; it stays until somebody unpins the stack. Each step goes on from the last. */
describe("a stack that was rolled back by hand", () => {
    let server: TestServer;
    let rest: Rest;
    let page: PageSocket;
    let repository: WorkRepository;
    let connected: GitRepository;
    let port: number;
    let first: Deployment;
    let second: Deployment;

    beforeAll(async () => {
        server = await startServer({ CICD_STABILITY_SECONDS: "2" });
        rest = createRest(server);
        page = await connectPage(server);
        repository = await createWorkRepository();
        port = await freePort();
        await commit("one");
        connected = await rest.connect(stack, { url: repository.url, branch: "main", provider: "generic" }, {});
        first = await successful((await rest.deploy(stack)).id);
        await commit("two", picky);
        second = await successful((await rest.deploy(stack)).id);
    });

    afterAll(async () => {
        page.close();
        await server.stop();
        await removeStack(stack);
        await repository.remove();
    });

    async function commit(version: string, more = ""): Promise<string> {
        const services = smallService("web", { port, version }) + more;
        return repository.commit({ "compose.yaml": `services:\n${services}` }, version);
    }

    async function successful(id: string): Promise<Deployment> {
        const ended = await rest.ended(id);
        expect(ended, await rest.log(id)).toMatchObject({ status: "successful" });
        return ended;
    }

    async function rollBack(id: string): Promise<string> {
        const answer = await rest.call("POST", `/deployments/${id}/rollback`);
        expect(answer.status).toBe(202);
        return Deployment.parse(answer.body).id;
    }

    async function pinned(): Promise<PinnedRelease | undefined> {
        const answer = await rest.call("GET", `/stacks/${stack}`);
        return z.object({ pinned: PinnedRelease.optional() }).parse(answer.body).pinned;
    }

    function reason(): string {
        return `pinned to ${first.commitSha.slice(0, 7)}`;
    }

    it("is pinned to that release, which its answer tells", async () => {
        expect(await pinned()).toBeUndefined();

        const rollback = await successful(await rollBack(first.id));

        expect(rollback.note).toContain("Pins the stack");
        expect(await rest.log(rollback.id)).toContain("Pins the stack");
        expect(await answerOn(port)).toBe("one");
        expect(await pinned()).toMatchObject({ deploymentId: first.id, commitSha: first.commitSha, by: "admin" });
        expect(await page.agent("getStack", stack)).toMatchObject({ stack: { pinned: { deploymentId: first.id } } });
    });

    it("ignores pushes and finds nothing to deploy when asked to look, and says why", async () => {
        await commit("three");

        const answer = await rest.push(connected, { ref: "refs/heads/main" });
        const synced = await rest.call("POST", `/stacks/${stack}/repository/sync`);

        expect(answer).toMatchObject({ status: 200, verdict: "ignored", reason: containing(reason()) });
        expect(answer.reason).toMatch(/ since .* by admin; unpin the stack to deploy again$/);
        expect(synced).toMatchObject({ status: 200, body: { reason: containing(reason()) } });
        expect(await answerOn(port)).toBe("one");
    });

    it("is restored to what is live, and stays pinned", async () => {
        const answer = await rest.call("POST", `/stacks/${stack}/restore`);
        await successful(z.object({ deployment: Deployment }).parse(answer.body).deployment.id);

        expect(await pinned()).toMatchObject({ deploymentId: first.id });
    });

    it("stays pinned where going back to another release fails", async () => {
        await writeFile(join(server.stacksDirectory, stack, "data", "broken"), "");

        const failed = await rest.ended(await rollBack(second.id));

        expect(failed, await rest.log(failed.id)).toMatchObject({ status: "rolled_back", errorCode: "unhealthy" });
        expect(await answerOn(port)).toBe("one");
        expect(await pinned()).toMatchObject({ deploymentId: first.id });
    });

    it("is unpinned by a deployment that is asked for, which says so", async () => {
        const asked = await rest.deploy(stack);

        expect(asked.note).toBe(`Unpins the stack, which admin had pinned to ${first.commitSha.slice(0, 7)}.`);
        expect(await rest.log((await successful(asked.id)).id)).toContain("Unpins the stack");
        expect(await pinned()).toBeUndefined();
        expect(await answerOn(port)).toBe("three");
    });

    it("deploys again by itself once it is unpinned, but for what it had been taken back from", async () => {
        await successful(await rollBack(first.id));
        expect(await pinned()).toMatchObject({ deploymentId: first.id });

        expect(await rest.call("DELETE", `/stacks/${stack}/pin`)).toMatchObject({ status: 200, body: { ok: true } });
        expect(await rest.call("DELETE", `/stacks/${stack}/pin`)).toMatchObject({ status: 200 });
        expect(await pinned()).toBeUndefined();
        await commit("five");
        const answer = await rest.push(connected, { ref: "refs/heads/main" });
        expect(answer).toMatchObject({ status: 202, verdict: "queued" });
        await successful(answer.deploymentIds?.[0] ?? "");

        expect(await answerOn(port)).toBe("five");
    });

    it("can be unpinned from the page, too", async () => {
        await rm(join(server.stacksDirectory, stack, "data", "broken"));
        await successful(await rollBack(second.id));
        expect(await pinned()).toMatchObject({ deploymentId: second.id });

        expect(await page.agent("unpinStack", stack)).toMatchObject({ ok: true });

        expect(await pinned()).toBeUndefined();
    });
});
