import { rename } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { GitRepository } from "../../common/schema/git-repository.ts";
import { Synced } from "../../common/schema/synced.ts";
import { containing } from "../support/containing.ts";
import { containerOf, docker, removeStack } from "../support/docker.ts";
import { createRest, type Rest } from "../support/rest.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { sickCheck } from "../support/small-app.ts";
import { createWorkRepository, type WorkRepository } from "../support/work-repository.ts";

const stack = `polling-${process.pid}`;

/** A service that says its version; a broken one never becomes healthy. */
function app(version: string, isBroken = false): Record<string, string> {
    return {
        "compose.yaml": `services:
  web:
    image: cicd/busybox:1
    init: true
    stop_grace_period: 1s
    command: ["sh", "-c", "echo ${version}; exec sleep 100000"]
${isBroken ? sickCheck : ""}`,
    };
}

/** One stack that is only polled; each step stands on the one before. */
describe("a stack whose repository is polled", () => {
    let server: TestServer;
    let rest: Rest;
    let repository: WorkRepository;

    const repositoryOf = async () => GitRepository.parse((await rest.call("GET", `/stacks/${stack}/repository`)).body);
    const syncNow = async () => Synced.parse((await rest.call("POST", `/stacks/${stack}/repository/sync`)).body);
    const running = async () => docker("logs", await containerOf(stack, "web"));

    /** The newest deployment, once it has ended; waits for one that is not among those seen before. */
    async function next(known: readonly string[]) {
        for (;;) {
            const fresh = (await rest.history(stack)).find(({ id, rollbackOf }) => !known.includes(id) && !rollbackOf);
            if (fresh !== undefined) {
                return rest.ended(fresh.id);
            }
            await new Promise((resolve) => setTimeout(resolve, 100));
        }
    }

    async function idsOf(): Promise<string[]> {
        return (await rest.history(stack)).map(({ id }) => id);
    }

    async function polledAfter(time: string | undefined): Promise<void> {
        while ((await repositoryOf()).lastPolledAt === time) {
            await new Promise((resolve) => setTimeout(resolve, 100));
        }
    }

    beforeAll(async () => {
        server = await startServer();
        rest = createRest(server);
        repository = await createWorkRepository();
        await repository.commit(app("one"), "feat: one");
        await rest.connect(
            stack,
            { url: repository.url, branch: "main", autoSync: true, pollIntervalSeconds: 86_400 },
            { autoDeployTags: ["v.*"] },
        );
    });

    afterAll(async () => {
        await server.stop();
        await removeStack(stack);
        await repository.remove();
    });

    it("is deployed when it is asked for at once, and not twice", async () => {
        const { head, deployment } = await syncNow();

        expect(head).toBe(await repository.git("rev-parse", "HEAD"));
        const ended = await rest.ended(deployment?.id ?? "");
        expect(ended).toMatchObject({ status: "successful", triggeredBy: "scheduled", commitSha: head });
        expect(await running()).toBe("one");
        expect(await syncNow()).toEqual({ head, reason: containing("is live already") });
        expect(await repositoryOf()).toMatchObject({ lastSyncedCommit: head });
    });

    it("gets the newest of the commits that were pushed while the server was down", async () => {
        const known = await idsOf();
        await server.kill();
        await repository.commit(app("two"), "feat: two");
        const newest = await repository.commit(app("three"), "feat: three");
        await server.start();

        expect(await next(known)).toMatchObject({
            status: "successful",
            triggeredBy: "scheduled",
            commitSha: newest,
            commitMessage: "feat: three",
        });
        expect(await running()).toBe("three");
        expect(await rest.history(stack)).toHaveLength(known.length + 1);
    });

    it("does not try a commit again that was rolled back, also after a restart", async () => {
        const known = await idsOf();
        await repository.commit(app("four", true), "feat: four, broken");
        const { deployment } = await syncNow();
        expect(await rest.ended(deployment?.id ?? "")).toMatchObject({ status: "rolled_back" });
        expect(await running()).toContain("three");
        expect((await syncNow()).reason).toContain("tried before (rolled_back)");
        const { lastPolledAt } = await repositoryOf();

        await server.kill();
        await server.start();
        await polledAfter(lastPolledAt);

        expect((await idsOf()).filter((id) => !known.includes(id))).toHaveLength(2);
    });

    it("goes on with the commit after it", async () => {
        const head = await repository.commit(app("five"), "fix: five");

        const { deployment } = await syncNow();

        expect(await rest.ended(deployment?.id ?? "")).toMatchObject({ status: "successful", commitSha: head });
        expect(await running()).toBe("five");
    });

    it("leaves a commit out whose message says so, and says that", async () => {
        await repository.commit({ "README.md": "typo\n" }, "docs: typo [skip ci]");

        const { deployment } = await syncNow();

        expect(await rest.ended(deployment?.id ?? "")).toMatchObject({
            status: "cancelled",
            errorCode: "no_change",
            error: "Not deployed: the commit message says [skip ci].",
        });
        expect((await syncNow()).deployment).toBeUndefined();
    });

    it("gets a new annotated tag, and the same one again after it was moved", async () => {
        const release = await repository.commit(app("release-1"), "release 1", "release");
        await repository.git("tag", "-a", "v1", "-m", "Release 1", release);
        await repository.git("push", "-q", "origin", "v1");
        const first = await rest.ended((await syncNow()).deployment?.id ?? "");
        expect(first).toMatchObject({ status: "successful", tag: "v1", commitSha: release });
        expect(await running()).toBe("release-1");

        const moved = await repository.commit(app("release-1b"), "release 1, again", "release");
        await repository.git("tag", "-f", "-a", "v1", "-m", "Release 1", moved);
        await repository.git("push", "-q", "-f", "origin", "v1");
        const known = await idsOf();
        await server.kill();
        await server.start();

        expect(await next(known)).toMatchObject({ status: "successful", tag: "v1", commitSha: moved });
        expect(await running()).toBe("release-1b");
    });

    it("says why it cannot be polled, and goes on when it can", async () => {
        const away = `${repository.bareDirectory}.away`;
        await rename(repository.bareDirectory, away);

        const refused = await rest.call("POST", `/stacks/${stack}/repository/sync`);
        expect(refused.status).toBeGreaterThanOrEqual(400);
        expect(refused.body).toMatchObject({ error: { message: containing("url:") } });
        expect((await repositoryOf()).lastPollError).toContain("url:");
        expect(server.output()).toContain(`Polling ${repository.url} for the stack ${stack} failed`);

        await rename(away, repository.bareDirectory);
        await syncNow();
        expect((await repositoryOf()).lastPollError).toBeUndefined();
    });
});
