import { describe, expect, it } from "vitest";
import type { NewBuildConfig } from "../../../../backend/cicd/core/build-config.ts";
import type { DeploymentRecord } from "../../../../backend/cicd/core/deployment.ts";
import { syncRepository } from "../../../../backend/cicd/services/sync-repository.ts";
import { AppError } from "../../../../common/errors.ts";
import type { DeploymentErrorCode, DeploymentStatus } from "../../../../common/schema/deployment.ts";
import { containing } from "../../../support/containing.ts";
import { admin } from "../../../support/edge.ts";
import { openFollower } from "../../../support/follower.ts";
import { newBuildConfig, newRepository } from "../../../support/records.ts";

const a = "a".repeat(40);
const b = "b".repeat(40);
const c = "c".repeat(40);

async function open(config: Partial<NewBuildConfig> = {}) {
    const follower = await openFollower();
    const repository = await follower.repositories.save(newRepository({ stackId: "shop" }));
    await follower.buildConfigs.save(newBuildConfig({ stackId: "shop", repositoryId: repository.id, ...config }));
    const sync = () =>
        syncRepository(follower.ports, { stack: "shop", caller: admin, signal: new AbortController().signal });
    async function end(
        { id }: DeploymentRecord,
        status: DeploymentStatus,
        errorCode?: DeploymentErrorCode,
    ): Promise<void> {
        await follower.deployments.transition(id, "pending", "building");
        if (status === "failed" || status === "cancelled") {
            await follower.deployments.transition(id, "building", status, { errorCode });
            return;
        }
        await follower.deployments.transition(id, "building", "deploying");
        await follower.deployments.transition(id, "deploying", status, { errorCode });
    }
    async function deployed(): Promise<DeploymentRecord> {
        const { deployment, reason } = await sync();
        if (deployment === undefined) {
            throw new Error(reason ?? "nothing was queued");
        }
        return deployment;
    }
    return { ...follower, repository, sync, deployed, end };
}

describe("asking for new commits", () => {
    it("deploys the head of the branch, the first time, and writes down what it saw", async () => {
        const { sync, remote, repositories, results, pushes } = await open();
        remote.refs = { "refs/heads/main": a, "refs/heads/dev": b, "refs/tags/v1": c };

        const { head, deployment } = await sync();

        expect(head).toBe(a);
        expect(deployment).toMatchObject({
            commitSha: a,
            branch: "main",
            triggeredBy: "scheduled",
            triggeredByUser: "admin",
            status: "pending",
        });
        expect(await repositories.findByStack("shop")).toMatchObject({
            knownRefs: remote.refs,
            lastSyncedCommit: a,
            lastPolledAt: "2026-01-31T12:00:00.000Z",
        });
        expect(results).toEqual(["deployed"]);
        expect(pushes).toMatchObject([{ stackName: "shop", repository: { lastSyncedCommit: a } }]);
    });

    it("says why it deploys nothing", async () => {
        const { sync, deployed, end, results } = await open();
        await end(await deployed(), "successful");

        expect(await sync()).toEqual({ head: a, reason: "aaaaaaa is live already" });
        expect(results).toEqual(["deployed", "unchanged"]);
    });

    it("looks but deploys nothing where pushes do not deploy", async () => {
        const { sync, repositories } = await open({ autoDeployOnPush: false });

        expect(await sync()).toEqual({ head: a, reason: "autoDeployOnPush is off" });
        expect(await repositories.findByStack("shop")).toMatchObject({ lastSyncedCommit: a });
    });

    it.each([
        ["failed", "build_failed"],
        ["rolled_back", "unhealthy"],
        ["cancelled", "cancelled"],
    ] as const)("does not try a commit again that %s, also when the branch comes back to it", async (status, code) => {
        const { sync, deployed, end, remote } = await open();
        await end(await deployed(), status, code);
        expect((await sync()).reason).toContain(`tried before (${status})`);

        remote.refs = { "refs/heads/main": b };
        await end(await deployed(), "successful");
        remote.refs = { "refs/heads/main": a };

        expect((await sync()).reason).toContain(`tried before (${status})`);
        remote.refs = { "refs/heads/main": c };
        expect(await deployed()).toMatchObject({ commitSha: c });
    });

    it("tries a commit again after a while that could not be deployed, less and less often", async () => {
        const { sync, deployed, end, clock } = await open();
        for (const minutes of [5, 15, 45, 135, 360, 360]) {
            await end(await deployed(), "failed", "engine_unavailable");
            clock.advance((minutes - 1) * 60_000);
            expect((await sync()).reason).toContain("tried again later");
            clock.advance(60_000);
        }

        expect((await sync()).deployment).toBeDefined();
    });

    it("deploys a new tag, and one that was moved, but none that was there before", async () => {
        const { sync, deployed, end, remote } = await open({ autoDeployTags: ["v\\d+"] });
        remote.refs = { "refs/heads/main": a, "refs/tags/v1": c };
        await end(await deployed(), "successful");

        remote.refs = { ...remote.refs, "refs/tags/v2": b, "refs/tags/nightly": c };
        const first = await deployed();
        await end(first, "successful");
        remote.refs = { ...remote.refs, "refs/tags/v2": c };
        const moved = await deployed();
        await end(moved, "successful");

        expect(first).toMatchObject({ tag: "v2", commitSha: b, branch: "main" });
        expect(moved).toMatchObject({ tag: "v2", commitSha: c });
        expect((await sync()).deployment).toBeUndefined();
    });

    it("does not disturb a deployment of the same head that waits", async () => {
        const { sync, deployments } = await open();
        const first = await sync();

        expect((await sync()).reason).toContain("being deployed already");
        expect(await deployments.listActive("shop")).toMatchObject([{ id: first.deployment?.id }]);
    });

    it("forgets what it saw of another address", async () => {
        const { sync, repositories } = await open();
        await sync();

        await repositories.save(newRepository({ stackId: "shop", url: "https://git.example/o/other.git" }));

        const moved = await repositories.findByStack("shop");
        expect(moved?.knownRefs).toBeUndefined();
        expect(moved?.lastPolledAt).toBeUndefined();
    });

    it("keeps what it saw, and why it failed, where the remote does not answer", async () => {
        const { sync, remote, repositories, notices, results } = await open();
        await sync();
        remote.failure = new AppError("unavailable", "url: the host does not answer; try again");

        await expect(sync()).rejects.toThrow("does not answer");
        await expect(sync()).rejects.toThrow("does not answer");

        expect(await repositories.findByStack("shop")).toMatchObject({
            knownRefs: { "refs/heads/main": a },
            lastPollError: "url: the host does not answer; try again",
        });
        expect(notices).toEqual([containing("for the stack shop failed: url: the host does not answer")]);
        expect(results.slice(1)).toEqual(["failed", "failed"]);

        remote.failure = undefined;
        await sync();
        expect((await repositories.findByStack("shop"))?.lastPollError).toBeUndefined();
        expect(notices.slice(1)).toEqual([containing("works again")]);
    });

    it("says that the branch is gone", async () => {
        const { sync, remote, repositories } = await open();
        remote.refs = { "refs/heads/trunk": a };

        await expect(sync()).rejects.toMatchObject({ code: "invalid", message: containing('"main" does not exist') });
        expect((await repositories.findByStack("shop"))?.lastPollError).toContain('"main" does not exist');
    });

    it("of a stack that is not connected is refused", async () => {
        const { ports } = await openFollower();
        const signal = new AbortController().signal;

        await expect(syncRepository(ports, { stack: "none", caller: admin, signal })).rejects.toMatchObject({
            code: "not_found",
        });
    });
});
