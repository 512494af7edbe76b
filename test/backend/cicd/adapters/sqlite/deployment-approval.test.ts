import { describe, expect, it } from "vitest";
import { createDeploymentStore } from "../../../../../backend/cicd/adapters/sqlite/deployment-store.ts";
import {
    awaitsApproval,
    type DeploymentRecord,
    type DeploymentStore,
    type NewDeployment,
} from "../../../../../backend/cicd/core/deployment.ts";
import { createTestClock } from "../../../../support/clock.ts";
import { openTestDatabase } from "../../../../support/database.ts";
import { newDeployment } from "../../../../support/records.ts";

async function open() {
    const clock = createTestClock();
    const database = await openTestDatabase();
    return { clock, database, store: createDeploymentStore({ database, clock }) };
}

/** A deployment that was built, and left by its worker. */
async function waiting(store: DeploymentStore, fields: Partial<NewDeployment> = {}): Promise<DeploymentRecord> {
    const { id } = await store.create(newDeployment(fields));
    await store.transition(id, "pending", "building");
    const parked = await store.update(id, "building", {
        phase: "approval",
        note: "Waits.",
        approvalRequestedAt: "now",
    });
    return parked ?? expect.fail("it is not there");
}

describe("a deployment that waits for approval", () => {
    it("is taken by nobody, however long it waits, and keeps nobody else from being taken", async () => {
        const { store, clock } = await open();
        const parked = await waiting(store);
        expect(awaitsApproval(parked)).toBe(true);

        clock.advance(10 * 86_400_000);
        expect(await store.claim("owner", 30)).toBeUndefined();

        const next = await store.create(newDeployment());
        expect(await store.claim("owner", 30)).toMatchObject({ id: next.id });
    });

    it("goes on being held while its worker still has it, approved or not", async () => {
        const { store } = await open();
        const { id } = await store.create(newDeployment());
        await store.claim("owner", 30);
        await store.transition(id, "pending", "building", { phase: "approval" });
        await store.create(newDeployment());

        await store.approve(id, "anna");
        expect(await store.claim("owner", 30)).toBeUndefined();

        await store.release(id, "owner");
        expect(await store.claim("owner", 30)).toMatchObject({ id, leaseOwner: "owner", attempt: 2 });
    });

    it("is approved once, by one", async () => {
        const { store, clock } = await open();
        const { id } = await waiting(store);
        clock.advance(60_000);

        const answers = await Promise.all([store.approve(id, "anna"), store.approve(id, "bert")]);

        const [approved, ...others] = answers.filter((answer) => answer !== undefined);
        expect(others).toEqual([]);
        expect(approved).toMatchObject({
            status: "building",
            approvedBy: "anna",
            approvedAt: "2026-01-31T12:01:00.000Z",
        });
        expect(approved !== undefined && awaitsApproval(approved)).toBe(false);
        expect(await store.endWaiting(id, { errorCode: "rejected" })).toBeUndefined();
    });

    it("is taken before what is still to be built, once it is approved", async () => {
        const { store } = await open();
        const { id } = await waiting(store, { stackId: "late" });
        const older = await store.create(newDeployment({ stackId: "other" }));
        await store.approve(id, "anna");
        const newer = await store.create(newDeployment({ stackId: "late" }));

        expect(await store.claim("owner", 30)).toMatchObject({ id });
        expect(await store.claim("owner", 30)).toMatchObject({ id: older.id });
        expect(await store.claim("owner", 30)).toBeUndefined();
        await store.transition(id, "building", "failed");
        await store.release(id, "owner");
        expect(await store.claim("owner", 30)).toMatchObject({ id: newer.id });
    });

    it("waits, approved, until what runs of its stack has ended", async () => {
        const { store } = await open();
        const { id } = await waiting(store);
        const restore = await store.create(newDeployment({ previousDeploymentId: "d1" }));
        await store.claim("owner", 30);
        await store.transition(restore.id, "pending", "deploying");
        await store.approve(id, "anna");

        expect(await store.claim("owner", 30)).toBeUndefined();

        await store.transition(restore.id, "deploying", "successful");
        await store.release(restore.id, "owner");
        expect(await store.claim("owner", 30)).toMatchObject({ id });
    });

    it("waits for what was to be restored before it was approved, and for no later rollback", async () => {
        const { store, clock } = await open();
        const { id } = await waiting(store);
        const restore = await store.create(newDeployment({ previousDeploymentId: "d1" }));
        clock.advance(1000);
        await store.approve(id, "anna");
        clock.advance(1000);
        const rollback = await store.create(newDeployment({ previousDeploymentId: "d0" }));

        for (const next of [restore.id, id, rollback.id]) {
            const claimed = await store.claim("owner", 30);
            expect(claimed?.id).toBe(next);
            await store.transition(next, claimed?.status ?? "pending", "failed");
            await store.release(next, "owner");
        }
    });

    it("ends once, and can then not be approved", async () => {
        const { store, clock } = await open();
        const { id } = await waiting(store);
        clock.advance(5000);

        const ended = await store.endWaiting(id, { errorCode: "rejected", error: "Rejected by anna." });

        expect(ended).toMatchObject({
            status: "cancelled",
            phase: "done",
            errorCode: "rejected",
            completedAt: "2026-01-31T12:00:05.000Z",
        });
        expect(ended?.note).toBeUndefined();
        expect(await store.approve(id, "bert")).toBeUndefined();
        expect(await store.endWaiting(id, { errorCode: "cancelled" })).toBeUndefined();
    });

    it("cannot be approved any more when a cancel was asked for", async () => {
        const { store } = await open();
        const { id } = await waiting(store);
        await store.requestCancel(id, "Cancelled by anna.");

        expect(await store.approve(id, "bert")).toBeUndefined();
    });

    it.each(["pending", "building", "deploying"] as const)("is another one than one that is %s", async (status) => {
        const { store } = await open();
        const { id } = await store.create(newDeployment());
        if (status !== "pending") {
            await store.transition(id, "pending", status);
        }

        expect(await store.approve(id, "anna")).toBeUndefined();
        expect(await store.endWaiting(id, { errorCode: "rejected" })).toBeUndefined();
        expect(await store.find(id)).toMatchObject({ status });
    });
});

describe("a restart", () => {
    it("resumes neither what waits for approval nor what was approved, and frees both", async () => {
        const { store } = await open();
        const parked = await waiting(store);
        const approved = await waiting(store, { stackId: "shop" });
        const building = await store.create(newDeployment({ stackId: "blog" }));
        await store.transition(building.id, "pending", "building");
        await store.approve(approved.id, "anna");
        await store.claim("dead", 30);

        const left = await store.takeOver("new", 30);

        expect(left.map(({ id }) => id)).toEqual([building.id]);
        expect(await store.claim("new", 30)).toMatchObject({ id: approved.id });
        expect(await store.claim("new", 30)).toBeUndefined();
        expect((await store.find(parked.id))?.leaseOwner).toBeUndefined();
    });
});

describe("queueing another", () => {
    it("takes the place of one that waits for approval, in the same step", async () => {
        const { store } = await open();
        const { id } = await waiting(store);

        const queued = await store.queue("web", ({ active }) => ({
            create: newDeployment(),
            replaced: active.filter(awaitsApproval),
            reason: "Superseded by abc.",
        }));

        expect(queued.cancelled).toMatchObject([{ id, status: "cancelled", errorCode: "superseded" }]);
        const stored = await store.find(id);
        expect(stored).toMatchObject({ status: "cancelled", phase: "done", supersededBy: queued.deployment.id });
        expect(stored?.note).toBeUndefined();
    });
});
