import { describe, expect, it } from "vitest";
import { createEnqueue, type EnqueueInput } from "../../../../backend/cicd/services/enqueue-deployment.ts";
import { createRunningDeployments } from "../../../../backend/cicd/services/running-deployments.ts";
import { connect, deploymentAt, openWorkshop } from "../../../support/workshop.ts";

const shaOf = (push: number): string => push.toString(16).padStart(40, "0");

async function open() {
    const workshop = await openWorkshop();
    const { repository, config } = await connect(workshop);
    const running = createRunningDeployments();
    let wakes = 0;
    const enqueueAny = createEnqueue({ ...workshop, running, wake: () => (wakes += 1) });
    const enqueue = (input: Partial<EnqueueInput> = {}) =>
        enqueueAny({
            repository,
            buildConfig: config,
            ref: { type: "branch", name: "main" },
            commit: shaOf(1),
            triggeredBy: "webhook",
            ...input,
        });
    return { ...workshop, running, enqueue, repository, wakes: () => wakes };
}

describe("queueing a deployment", () => {
    it("makes a row that waits, tells it, and wakes the worker", async () => {
        const { enqueue, deployments, announced, wakes } = await open();

        const { deployment, created } = await enqueue({ message: "Fix", author: "Ada", user: "anna" });

        expect(created).toBe(true);
        expect(await deployments.find(deployment.id)).toMatchObject({
            status: "pending",
            commitSha: shaOf(1),
            branch: "main",
            commitMessage: "Fix",
            commitAuthor: "Ada",
            triggeredByUser: "anna",
        });
        expect(announced).toEqual([deployment]);
        expect(wakes()).toBe(1);
    });

    it("of a tag keeps the repository's branch and the tag", async () => {
        const { enqueue } = await open();

        const { deployment } = await enqueue({ ref: { type: "tag", name: "v1" } });

        expect(deployment).toMatchObject({ branch: "main", tag: "v1" });
    });

    it("makes one row of two identical pushes at the same instant", async () => {
        const { enqueue, deployments } = await open();

        const [first, second] = await Promise.all([enqueue(), enqueue()]);

        expect([first.created, second.created]).toEqual([true, false]);
        expect(second.deployment.id).toBe(first.deployment.id);
        expect(await deployments.list("shop", 10)).toHaveLength(1);
    });

    it("goes on after one that failed", async () => {
        const { enqueue, repository, deployments, database } = await open();
        await database.knex.schema.renameTable("deployments", "away");
        await expect(enqueue()).rejects.toThrow();
        await database.knex.schema.renameTable("away", "deployments");

        expect(await enqueue({ repository })).toMatchObject({ created: true });
        expect(await deployments.list("shop", 10)).toHaveLength(1);
    });
});

describe("the same commit", () => {
    it.each(["pending", "building", "deploying"] as const)("that is %s is answered as it is", async (status) => {
        const { enqueue, wakes, ...workshop } = await open();
        const active = await deploymentAt(workshop, status, { commitSha: shaOf(1) });

        expect(await enqueue()).toMatchObject({ created: false, deployment: { id: active.id } });
        expect(wakes()).toBe(0);
    });

    it("that is being cancelled is queued anew", async () => {
        const { enqueue, ...workshop } = await open();
        const active = await deploymentAt(workshop, "building", { commitSha: shaOf(1) });
        await workshop.deployments.requestCancel(active.id, "Cancelled by anna.");

        expect(await enqueue()).toMatchObject({ created: true });
    });

    it.each(["branch", "tag"] as const)("on another %s is another deployment", async (type) => {
        const { enqueue, ...workshop } = await open();
        await deploymentAt(workshop, "pending", { commitSha: shaOf(1) });

        expect(await enqueue({ ref: { type, name: "v1" } })).toMatchObject({ created: true });
    });

    it.each([
        ["webhook", false],
        ["scheduled", false],
        ["manual", true],
        ["api", true],
    ] as const)("that is live already, asked for by %s: created is %s", async (triggeredBy, created) => {
        const { enqueue, ...workshop } = await open();
        await deploymentAt(workshop, "successful", { commitSha: shaOf(1) });

        expect((await enqueue({ triggeredBy })).created).toBe(created);
    });

    it("that is live through a rollback is not pushed again", async () => {
        const { enqueue, ...workshop } = await open();
        const first = await deploymentAt(workshop, "successful", { commitSha: shaOf(1) });
        await deploymentAt(workshop, "successful", { commitSha: shaOf(2) });
        const back = await deploymentAt(workshop, "successful", {
            commitSha: shaOf(1),
            previousDeploymentId: first.id,
        });

        expect(await enqueue()).toMatchObject({ created: false, deployment: { id: back.id } });
    });

    it("that failed is tried again", async () => {
        const { enqueue, ...workshop } = await open();
        await deploymentAt(workshop, "successful", { commitSha: shaOf(0) });
        await deploymentAt(workshop, "failed", { commitSha: shaOf(1) });

        expect((await enqueue()).created).toBe(true);
    });

    it("that a rollback by hand waits to restore is built all the same", async () => {
        const { enqueue, ...workshop } = await open();
        await deploymentAt(workshop, "pending", { commitSha: shaOf(1), previousDeploymentId: "d1" });

        expect((await enqueue()).created).toBe(true);
    });

    it("of another stack is no reason to stop anything", async () => {
        const { enqueue, ...workshop } = await open();
        const other = await deploymentAt(workshop, "pending", { stackId: "other" });

        await enqueue();

        expect(await workshop.deployments.find(other.id)).toMatchObject({ status: "pending" });
    });
});

describe("a newer commit", () => {
    it("takes the place of what waits", async () => {
        const { enqueue, announced, ...workshop } = await open();
        const waiting = await deploymentAt(workshop, "pending");

        const { deployment } = await enqueue({ commit: shaOf(0xabcdef) });

        expect(await workshop.deployments.find(waiting.id)).toMatchObject({
            status: "cancelled",
            phase: "done",
            errorCode: "superseded",
            error: "Superseded by 0000000.",
            supersededBy: deployment.id,
        });
        expect(announced.map(({ status }) => status)).toEqual(["pending", "cancelled"]);
    });

    it("asks what builds to stop, and says by whom", async () => {
        const { enqueue, running, ...workshop } = await open();
        const building = await deploymentAt(workshop, "building");
        const signal = running.begin(building.id);

        const { deployment } = await enqueue({ commit: "" });

        expect(signal.reason).toMatchObject({ errorCode: "superseded", message: "Superseded by a newer deployment." });
        expect(await workshop.deployments.find(building.id)).toMatchObject({
            status: "building",
            supersededBy: deployment.id,
            cancelReason: "Superseded by a newer deployment.",
        });
    });

    it("leaves what applies to its end", async () => {
        const { enqueue, running, ...workshop } = await open();
        const applying = await deploymentAt(workshop, "deploying", { phase: "applying" });
        const signal = running.begin(applying.id);

        await enqueue();

        expect(signal.aborted).toBe(false);
        const left = await workshop.deployments.find(applying.id);
        expect(left?.cancelRequestedAt).toBeUndefined();
        expect(left?.supersededBy).toBeUndefined();
    });

    it.each(["pending", "building", "deploying"] as const)("leaves a rollback that is %s", async (status) => {
        const { enqueue, running, ...workshop } = await open();
        const rollback = await deploymentAt(workshop, status, { previousDeploymentId: "d1" });
        const signal = running.begin(rollback.id);

        await enqueue();

        expect(signal.aborted).toBe(false);
        expect(await workshop.deployments.find(rollback.id)).toMatchObject({ status });
    });

    it("two hundred times during a build leaves one that waits: the newest", async () => {
        const { enqueue, running, ...workshop } = await open();
        const building = await deploymentAt(workshop, "building", { commitSha: shaOf(0) });
        const signal = running.begin(building.id);

        const pushes = Array.from({ length: 200 }, (_, index) => enqueue({ commit: shaOf(index + 1) }));
        const made = (await Promise.all(pushes)).map(({ deployment }) => deployment);

        const active = await workshop.deployments.listActive("shop");
        expect(active.map(({ id }) => id)).toEqual([building.id, made.at(-1)?.id]);
        expect(signal.aborted).toBe(true);
        const all = await workshop.deployments.list("shop", 200);
        const ended = all.filter(({ status }) => status === "cancelled");
        expect(ended).toHaveLength(199);
        expect(new Set(ended.map(({ errorCode }) => errorCode))).toEqual(new Set(["superseded"]));
        expect(ended.every((row, index) => row.supersededBy === all[index]?.id)).toBe(true);
    });
});
