import { describe, expect, it, onTestFinished } from "vitest";
import { cronSchedules } from "../../../../backend/cicd/adapters/schedule/cron-schedules.ts";
import type { BuildConfigRecord } from "../../../../backend/cicd/core/build-config.ts";
import type { DeploymentRecord } from "../../../../backend/cicd/core/deployment.ts";
import type { RepositoryRecord } from "../../../../backend/cicd/core/git-repository.ts";
import type { StackStateStore } from "../../../../backend/cicd/core/stack-state.ts";
import { decideImagePush } from "../../../../backend/cicd/services/decide-image-push.ts";
import { fetchCommit } from "../../../../backend/cicd/services/fetch-commit.ts";
import { createScheduler } from "../../../../backend/cicd/services/scheduler.ts";
import { syncRepository } from "../../../../backend/cicd/services/sync-repository.ts";
import { triggerDeployment } from "../../../../backend/cicd/services/trigger-deployment.ts";
import type { TriggerType } from "../../../../common/schema/deployment.ts";
import { containing } from "../../../support/containing.ts";
import { admin } from "../../../support/edge.ts";
import { openFollower } from "../../../support/follower.ts";
import { newBuildConfig, newRepository } from "../../../support/records.ts";
import { beginRun, connect, deploymentAt, openWorkshop } from "../../../support/workshop.ts";
import { noPipelines } from "../../../support/no-pipelines.ts";

const live = "b".repeat(40);
const head = "a".repeat(40);
const pinned = "pinned to bbbbbbb since 2026-01-31T11:00:00.000Z by anna; unpin the stack to deploy again";

async function pin(states: StackStateStore, { id }: DeploymentRecord): Promise<void> {
    await states.setPin("shop", { deploymentId: id, by: "anna", at: "2026-01-31T11:00:00.000Z" });
}

describe("polling a pinned stack", () => {
    async function open() {
        const follower = await openFollower();
        const repository = await follower.repositories.save(newRepository({ stackId: "shop" }));
        await follower.buildConfigs.save(
            newBuildConfig({ stackId: "shop", repositoryId: repository.id, autoDeployTags: ["v.*"] }),
        );
        const sync = () =>
            syncRepository(follower.ports, { stack: "shop", caller: admin, signal: new AbortController().signal });
        const row = await deploymentAt(follower, "successful", { commitSha: live, repositoryId: repository.id });
        return { ...follower, sync, row };
    }

    it("deploys nothing and says why", async () => {
        const { sync, row, stackStates, deployments, results } = await open();
        await pin(stackStates, row);

        expect(await sync()).toEqual({ head, reason: pinned });

        expect(await deployments.listActive("shop")).toEqual([]);
        expect(results).toEqual(["unchanged"]);
    });

    it("takes what came meanwhile for new once it is unpinned, tags too", async () => {
        const { sync, row, stackStates, remote } = await open();
        remote.refs = { "refs/heads/main": live };
        await sync();
        await pin(stackStates, row);
        remote.refs = { "refs/heads/main": live, "refs/tags/v1": head };
        expect((await sync()).deployment).toBeUndefined();

        await stackStates.setPin("shop", undefined);

        expect((await sync()).deployment).toMatchObject({ tag: "v1", commitSha: head });
    });
});

it("a schedule is left out while its stack is pinned, which is said once", async () => {
    const follower = await openFollower();
    const { repository } = await follower.connect();
    const config = newBuildConfig({ stackId: "shop", repositoryId: repository.id, schedule: "* * * * *" });
    await follower.buildConfigs.save({ ...config, scheduleTimeZone: "UTC" });
    const row = await deploymentAt(follower, "successful", { commitSha: live });
    await pin(follower.stackStates, row);
    const scheduler = createScheduler({ ...follower.ports, schedules: cronSchedules });
    onTestFinished(() => scheduler.stop());
    const settle = async (): Promise<void> => {
        for (let turn = 0; turn < 50; turn++) {
            await new Promise((resolve) => setImmediate(resolve));
        }
    };
    const pass = async (): Promise<void> => {
        await settle();
        follower.clock.advance(60_000);
        await settle();
    };

    scheduler.start();
    await pass();
    await pass();

    expect(follower.notices).toEqual([`The schedule of the stack shop is left out: it is ${pinned}.`]);
    expect(await follower.deployments.listActive("shop")).toEqual([]);

    await follower.stackStates.setPin("shop", undefined);
    await pass();
    expect(await follower.deployments.listActive("shop")).toHaveLength(1);
});

it("a pushed image is ignored where it would deploy a pinned stack", async () => {
    const images = [{ service: "web", image: "nginx:1", imageId: "sha256:1", built: false }];
    const row = { id: "d1", stackId: "shop", repositoryId: "r1", commitSha: live, branch: "main", images };
    const ports = {
        buildConfigs: { findByStack: async () => newBuildConfig({ buildType: "compose_only" }) as BuildConfigRecord },
        deployments: {
            find: async () => undefined,
            findLive: async () => row as unknown as DeploymentRecord,
            listActive: async () => [],
        },
        stackStates: { findPin: async () => ({ deploymentId: "d1", by: "anna", at: "2026-01-31T11:00:00.000Z" }) },
        releases: { find: async () => undefined },
        events: { findDelivery: async () => undefined },
        enqueue: () => Promise.reject(new Error("nothing is queued")),
        enqueuePipeline: noPipelines,
    };
    const repository = { ...newRepository({ stackId: "shop" }), id: "r1" } as RepositoryRecord;
    const delivery = { deliveryId: undefined, user: undefined };

    expect(await decideImagePush(ports, repository, [{ image: "nginx:1" }], delivery)).toEqual({
        stack: "shop",
        verdict: "ignored",
        reason: pinned,
    });
});

describe("a deployment that waited while its stack was pinned", () => {
    async function open(triggeredBy: TriggerType, refreshImages?: readonly { image: string }[]) {
        const workshop = await openWorkshop();
        const { repository, config } = await connect(workshop);
        const row = await deploymentAt(workshop, "successful", { commitSha: live, repositoryId: repository.id });
        await pin(workshop.stackStates, row);
        const record = await deploymentAt(workshop, "building", { commitSha: "", triggeredBy, refreshImages });
        const run = await beginRun(workshop, record);
        return { ...workshop, fetch: () => fetchCommit(workshop, run, repository, config, run.signal) };
    }

    it.each([
        ["webhook", undefined],
        ["scheduled", undefined],
        ["webhook", [{ image: "nginx:1" }]],
    ] as const)("ends before anything is fetched (%s, %j)", async (triggeredBy, refreshImages) => {
        const { fetch, git } = await open(triggeredBy, refreshImages);

        await expect(fetch()).rejects.toMatchObject({ errorCode: "pinned", message: containing(pinned) });
        expect(git.fetched).toEqual([]);
    });

    it.each(["manual", "api"] as const)("goes on where it was asked for (%s)", async (triggeredBy) => {
        const { fetch } = await open(triggeredBy);

        expect((await fetch()).sha).toBe(head);
    });
});

describe("a deployment that is asked for", () => {
    async function open() {
        const follower = await openFollower();
        await follower.connect();
        const row = await deploymentAt(follower, "successful", { commitSha: live });
        const trigger = () => triggerDeployment(follower.ports, { stack: "shop", request: {}, caller: admin });
        return { ...follower, row, trigger };
    }

    it("unpins the stack and says so", async () => {
        const { trigger, row, stackStates } = await open();
        await pin(stackStates, row);

        expect(await trigger()).toMatchObject({ note: "Unpins the stack, which anna had pinned to bbbbbbb." });
        expect(await stackStates.findPin("shop")).toBeUndefined();
    });

    it("says so also where the same waits already, and nothing where there was no pin", async () => {
        const { trigger, row, stackStates } = await open();
        const waiting = await trigger();
        expect(waiting.note).toBeUndefined();
        await pin(stackStates, row);

        expect(await trigger()).toMatchObject({ id: waiting.id, note: containing("Unpins the stack") });
    });
});
