import { describe, expect, it } from "vitest";
import type { RefreshImage } from "../../../../common/schema/deployment.ts";
import { createEnqueue, type EnqueueInput } from "../../../../backend/cicd/services/enqueue-deployment.ts";
import { createRunningDeployments } from "../../../../backend/cicd/services/running-deployments.ts";
import { connect, deploymentAt, openWorkshop } from "../../../support/workshop.ts";

const live = "1".repeat(40);
const one: RefreshImage = { image: "app:1", digest: "sha256:one" };
const two: RefreshImage = { image: "app:1", digest: "sha256:two" };
const other: RefreshImage = { image: "worker:1", digest: "sha256:w" };
const untold: RefreshImage = { image: "app:1" };

async function open() {
    const workshop = await openWorkshop();
    const { repository, config } = await connect(workshop);
    const running = createRunningDeployments();
    const enqueue = createEnqueue({ ...workshop, running, wake: () => undefined });
    const input: EnqueueInput = {
        repository,
        buildConfig: config,
        ref: { type: "branch", name: "main" },
        commit: live,
        triggeredBy: "webhook",
    };
    await deploymentAt(workshop, "successful", { commitSha: live });
    return {
        ...workshop,
        running,
        push: (commit: string) => enqueue({ ...input, commit }),
        refresh: (...refreshImages: readonly RefreshImage[]) => enqueue({ ...input, refreshImages }),
    };
}

describe("pushed images", () => {
    it("are deployed although their commit is live already", async () => {
        const { refresh } = await open();

        const { deployment, created } = await refresh(one);

        expect(created).toBe(true);
        expect(deployment).toMatchObject({ status: "pending", commitSha: live, refreshImages: [one] });
    });

    it.each(["pending", "building", "deploying"] as const)(
        "that a deployment has already that is %s are no second one",
        async (status) => {
            const { refresh, ...workshop } = await open();
            const active = await deploymentAt(workshop, status, { commitSha: live, refreshImages: [one, other] });

            expect(await refresh(one)).toMatchObject({ created: false, deployment: { id: active.id } });
        },
    );

    it("join those that wait; of one image the last push counts", async () => {
        const { refresh, deployments, announced } = await open();
        const first = await refresh(one);

        const joined = await refresh(two, other);

        expect(joined).toMatchObject({ created: true, deployment: { id: first.deployment.id } });
        expect(await deployments.find(first.deployment.id)).toMatchObject({ refreshImages: [two, other] });
        expect(announced.at(-1)?.refreshImages).toEqual([two, other]);
        expect(await deployments.listActive("shop")).toHaveLength(1);
    });

    it.each(["building", "deploying"] as const)(
        "wait for a deployment of others that is %s, and stop nothing",
        async (status) => {
            const { refresh, running, ...workshop } = await open();
            const active = await deploymentAt(workshop, status, { commitSha: live, refreshImages: [one] });
            const signal = running.begin(active.id);

            expect(await refresh(two)).toMatchObject({ created: true, deployment: { refreshImages: [two] } });
            expect(signal.aborted).toBe(false);
            expect(await workshop.deployments.listActive("shop")).toHaveLength(2);
        },
    );

    it("of which nobody tells the digest may be newer than what a running deployment has pulled", async () => {
        const { refresh, ...workshop } = await open();
        await deploymentAt(workshop, "building", { commitSha: live, refreshImages: [untold] });

        expect(await refresh(untold)).toMatchObject({ created: true });
        expect(await refresh(untold)).toMatchObject({ created: false });
    });

    it("do not join what is being cancelled", async () => {
        const { refresh, deployments } = await open();
        const first = await refresh(one);
        await deployments.requestCancel(first.deployment.id, "Cancelled by anna.");

        expect(await refresh(one)).toMatchObject({ created: true });
    });

    it("neither stop nor are stopped by a push of a commit: both are deployed, one after the other", async () => {
        const { refresh, push, deployments } = await open();
        const images = await refresh(one);
        const commit = await push("2".repeat(40));
        await refresh(two);

        expect((await deployments.listActive("shop")).map(({ id, refreshImages }) => [id, refreshImages])).toEqual([
            [images.deployment.id, [two]],
            [commit.deployment.id, undefined],
        ]);
    });

    it("leave a push of the live commit a duplicate", async () => {
        const { refresh, push } = await open();
        const { deployment } = await refresh(one);

        const pushed = await push(live);

        expect(pushed.created).toBe(false);
        expect(pushed.deployment.id).not.toBe(deployment.id);
    });
});
