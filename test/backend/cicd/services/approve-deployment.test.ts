import { describe, expect, it } from "vitest";
import type { NewDeployment } from "../../../../backend/cicd/core/deployment.ts";
import type { Caller } from "../../../../backend/cicd/core/host.ts";
import { approveDeployment, rejectDeployment } from "../../../../backend/cicd/services/approve-deployment.ts";
import { cancelDeployment } from "../../../../backend/cicd/services/cancel-deployment.ts";
import { clearDeployments } from "../../../../backend/cicd/services/clear-deployments.ts";
import { createEnqueue, type EnqueueInput } from "../../../../backend/cicd/services/enqueue-deployment.ts";
import { restoreLive } from "../../../../backend/cicd/services/restore-live.ts";
import { rollBackTo } from "../../../../backend/cicd/services/roll-back-to.ts";
import { createRunningDeployments } from "../../../../backend/cicd/services/running-deployments.ts";
import { containing } from "../../../support/containing.ts";
import { connect, deploymentAt, liveDeployment, openWorkshop } from "../../../support/workshop.ts";

const anna: Caller = { username: "anna", via: "login", rights: ["deploy"] };
const bert: Caller = { username: "bert", via: "login", rights: ["deploy"] };

async function open() {
    const workshop = await openWorkshop();
    const { repository, config: buildConfig } = await connect(workshop, { approval: true });
    let woken = 0;
    const ports = { ...workshop, running: createRunningDeployments(), wake: () => void (woken += 1) };
    const enqueue = createEnqueue(ports);
    const push = (given: Partial<EnqueueInput> = {}) =>
        enqueue({
            repository,
            buildConfig,
            ref: { type: "branch", name: "main" },
            commit: "c".repeat(40),
            triggeredBy: "webhook",
            ...given,
        });
    const waiting = (fields: Partial<NewDeployment> = {}) =>
        deploymentAt(workshop, "building", { phase: "approval", commitSha: "a".repeat(40), ...fields });
    return { ...ports, push, waiting, wakes: () => woken };
}

describe("approving", () => {
    it("notes who and when, tells it, and wakes the worker", async () => {
        const { waiting, wakes, ...ports } = await open();
        const { id } = await waiting();

        const approved = await approveDeployment(ports, { id, caller: anna });

        expect(approved).toMatchObject({ approvedBy: "anna", approvedAt: "2026-01-31T12:00:00.000Z" });
        expect(ports.announced).toEqual([approved]);
        expect(wakes()).toBe(1);
    });

    it("twice says who was first", async () => {
        const { waiting, ...ports } = await open();
        const { id } = await waiting();
        await approveDeployment(ports, { id, caller: anna });

        await expect(approveDeployment(ports, { id, caller: bert })).rejects.toMatchObject({
            code: "conflict",
            message: containing("anna approved it at 2026-01-31"),
        });
        await expect(rejectDeployment(ports, { id, caller: bert })).rejects.toMatchObject({ code: "conflict" });
    });

    it("comes too late after a rejection", async () => {
        const { waiting, ...ports } = await open();
        const { id } = await waiting();

        const rejected = await rejectDeployment(ports, { id, caller: bert });

        expect(rejected).toMatchObject({ status: "cancelled", errorCode: "rejected", error: "Rejected by bert." });
        await expect(approveDeployment(ports, { id, caller: anna })).rejects.toMatchObject({
            code: "conflict",
            message: containing("Rejected by bert."),
        });
    });

    it.each(["pending", "building", "deploying", "successful", "failed"] as const)(
        "is refused for one that is %s",
        async (status) => {
            const { waiting: _, ...ports } = await open();
            const { id } = await deploymentAt(ports, status);

            for (const decide of [approveDeployment, rejectDeployment]) {
                await expect(decide(ports, { id, caller: anna })).rejects.toMatchObject({
                    code: "conflict",
                    message: containing(`does not wait for approval (${status}`),
                });
            }
        },
    );

    it("says that there is none with an unknown id", async () => {
        const ports = await open();

        await expect(approveDeployment(ports, { id: "nope", caller: anna })).rejects.toMatchObject({
            code: "not_found",
        });
    });
});

describe("one that waits for approval", () => {
    it("gives way to a newer push", async () => {
        const { waiting, push, ...ports } = await open();
        const { id } = await waiting();

        const { deployment } = await push();

        expect(await ports.deployments.find(id)).toMatchObject({
            status: "cancelled",
            errorCode: "superseded",
            error: "Superseded by ccccccc.",
            supersededBy: deployment.id,
        });
    });

    it("is what a push of the same commit is answered with", async () => {
        const { waiting, push } = await open();
        const { id } = await waiting();

        expect(await push({ commit: "a".repeat(40) })).toMatchObject({ created: false, deployment: { id } });
    });

    it("gives way to the same commit by hand, which needs no approval", async () => {
        const { waiting, push, ...ports } = await open();
        const { id } = await waiting();

        const { created } = await push({ commit: "a".repeat(40), triggeredBy: "manual" });

        expect(created).toBe(true);
        expect(await ports.deployments.find(id)).toMatchObject({ status: "cancelled", errorCode: "superseded" });
    });

    it("is not joined by the same commit by hand while it still builds", async () => {
        const { push, waiting: _, ...ports } = await open();
        const first = await push();
        await ports.deployments.transition(first.deployment.id, "pending", "building");

        const byHand = await push({ triggeredBy: "manual" });
        expect(byHand.created).toBe(true);
        expect(await ports.deployments.find(first.deployment.id)).toMatchObject({
            supersededBy: byHand.deployment.id,
            cancelReason: containing("Superseded by"),
        });

        expect(await push({ triggeredBy: "manual" })).toMatchObject({ created: false });
        expect(await push()).toMatchObject({ created: false });
    });

    it("is joined by the same commit by hand once it is approved", async () => {
        const { push, waiting, ...ports } = await open();
        const { id } = await waiting();
        await ports.deployments.approve(id, "anna");

        expect(await push({ commit: "a".repeat(40), triggeredBy: "manual" })).toMatchObject({ created: false });
    });

    it("gives way to a rollback by hand, also where it has come to wait just now", async () => {
        const { push: _, waiting: __, ...ports } = await open();
        const good = await liveDeployment(ports);
        await liveDeployment(ports, { commitSha: "d".repeat(40) });
        const { id } = await deploymentAt(ports, "building");
        const deployments: typeof ports.deployments = {
            ...ports.deployments,
            async create(given) {
                await ports.deployments.update(id, "building", { phase: "approval" });
                return ports.deployments.create(given);
            },
        };

        const rollback = await rollBackTo({ ...ports, deployments }, { id: good.id, caller: anna });

        expect(await ports.deployments.find(id)).toMatchObject({ status: "cancelled", supersededBy: rollback.id });
    });

    it("gives way to a rollback by hand", async () => {
        const { waiting, push: _, ...ports } = await open();
        const good = await liveDeployment(ports);
        await liveDeployment(ports, { commitSha: "d".repeat(40) });
        const { id } = await waiting();

        const rollback = await rollBackTo(ports, { id: good.id, caller: anna });

        expect(await ports.deployments.find(id)).toMatchObject({
            status: "cancelled",
            error: "Superseded by a rollback to bbbbbbb.",
            supersededBy: rollback.id,
        });
    });

    it("goes on waiting while what is live is restored", async () => {
        const { waiting, push: _, ...ports } = await open();
        await liveDeployment(ports);
        const { id } = await waiting();

        const restore = await restoreLive(ports, { stack: "shop", caller: anna });

        expect(await ports.deployments.find(id)).toMatchObject({ status: "building", phase: "approval" });
        expect(await ports.deployments.claim("server", 30)).toMatchObject({ id: restore.id });
    });

    it("is cancelled at once, also where the cancel had seen it building", async () => {
        const { waiting, push: _, ...ports } = await open();
        const { id } = await waiting();
        let isFirst = true;
        const deployments: typeof ports.deployments = {
            ...ports.deployments,
            async find(wanted) {
                const found = await ports.deployments.find(wanted);
                const seen = found && isFirst ? { ...found, phase: "building" as const } : found;
                isFirst = false;
                return seen;
            },
        };

        expect(await cancelDeployment({ ...ports, deployments }, { id, caller: anna })).toMatchObject({
            status: "cancelled",
            errorCode: "cancelled",
            error: "Cancelled by anna.",
        });
    });

    it("ends where its stack is disconnected", async () => {
        const { waiting, push: _, ...ports } = await open();
        const { id } = await waiting();

        await clearDeployments({ ...ports, cancelDeployment: (call) => cancelDeployment(ports, call) }, "shop", anna);

        expect(await ports.deployments.find(id)).toMatchObject({ status: "cancelled" });
    });

    it("with pushed images gives way while it still builds, too: two that wait would take each other back", async () => {
        const { push, waiting: _, ...ports } = await open();
        const first = await push({ refreshImages: [{ image: "a", digest: "sha256:1" }] });
        await ports.deployments.transition(first.deployment.id, "pending", "building");

        const { deployment } = await push({ refreshImages: [{ image: "b", digest: "sha256:2" }] });

        expect(deployment.refreshImages).toEqual([
            { image: "a", digest: "sha256:1" },
            { image: "b", digest: "sha256:2" },
        ]);
        expect(await ports.deployments.find(first.deployment.id)).toMatchObject({
            supersededBy: deployment.id,
            cancelReason: "Superseded by a newer push of images.",
        });
    });

    it("with pushed images gives way to a newer push of images, which takes them along", async () => {
        const { waiting, push, ...ports } = await open();
        const { id } = await waiting({ refreshImages: [{ image: "a", digest: "sha256:1" }, { image: "b" }] });

        const { deployment } = await push({ refreshImages: [{ image: "a", digest: "sha256:2" }] });

        expect(deployment.refreshImages).toEqual([{ image: "a", digest: "sha256:2" }, { image: "b" }]);
        expect(await ports.deployments.find(id)).toMatchObject({ status: "cancelled", supersededBy: deployment.id });
    });
});
