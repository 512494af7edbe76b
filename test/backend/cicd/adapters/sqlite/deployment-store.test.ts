import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createDeploymentStore } from "../../../../../backend/cicd/adapters/sqlite/deployment-store.ts";
import {
    canTransition,
    type DeploymentChange,
    type DeploymentRecord,
    type DeploymentStore,
    type NewDeployment,
    type QueueDecision,
    type QueueView,
} from "../../../../../backend/cicd/core/deployment.ts";
import {
    deploymentErrorCodes,
    deploymentPhases,
    deploymentStatuses,
    TriggerType,
    type DeploymentStatus,
} from "../../../../../common/schema/deployment.ts";
import { createTestClock } from "../../../../support/clock.ts";
import { openTestDatabase } from "../../../../support/database.ts";
import { newDeployment } from "../../../../support/records.ts";
import { temporaryDirectory } from "../../../../support/temporary-directory.ts";

async function open(file?: string) {
    const clock = createTestClock();
    const database = await openTestDatabase(file);
    return { clock, database, store: createDeploymentStore({ database, clock }) };
}

/** How a deployment gets to a status. */
const ways: Record<DeploymentStatus, readonly DeploymentStatus[]> = {
    pending: [],
    building: ["building"],
    deploying: ["building", "deploying"],
    successful: ["deploying", "successful"],
    failed: ["failed"],
    rolled_back: ["deploying", "rolled_back"],
    cancelled: ["cancelled"],
};

async function createAt(
    store: DeploymentStore,
    status: DeploymentStatus,
    fields: Partial<NewDeployment> = {},
): Promise<DeploymentRecord> {
    let record = await store.create(newDeployment(fields));
    for (const next of ways[status]) {
        record = (await store.transition(record.id, record.status, next)) ?? record;
    }
    return record;
}

const image = { service: "web", image: "web:abc", imageId: "sha256:1", built: true } as const;

describe("a new deployment", () => {
    it("waits, and is found as it was made", async () => {
        const { store } = await open();

        const made = await store.create(
            newDeployment({ tag: "v1", commitMessage: "Fix\nit", triggeredByUser: "anna" }),
        );

        expect(made).toMatchObject({ status: "pending", phase: "queued", phases: [], images: [], attempt: 0 });
        expect(made.createdAt).toBe("2026-01-31T12:00:00.000Z");
        expect(await store.find(made.id)).toEqual(made);
        expect(await store.find("unknown")).toBeUndefined();
    });

    it("that records what already runs is done at once", async () => {
        const { store } = await open();

        const release0 = await store.create(
            newDeployment({ status: "successful", images: [image], note: "as it was" }),
        );

        expect(release0).toMatchObject({ status: "successful", phase: "done", note: "as it was", images: [image] });
        expect(release0.completedAt).toBe(release0.createdAt);
        expect((await store.findLive("web"))?.id).toBe(release0.id);
        expect(await store.claim("owner", 30)).toBeUndefined();
    });
});

describe("a transition", () => {
    const statuses = fc.constantFrom(...deploymentStatuses);

    it("happens where the table allows it, and is refused everywhere else", async () => {
        const { store } = await open();

        await fc.assert(
            fc.asyncProperty(statuses, statuses, async (from, to) => {
                const { id } = await createAt(store, from);
                const changing = store.transition(id, from, to);
                if (canTransition(from, to)) {
                    expect(await changing).toMatchObject({ id, status: to });
                    return;
                }
                await expect(changing).rejects.toMatchObject({ code: "conflict" });
                expect(await store.find(id)).toMatchObject({ status: from });
            }),
            { numRuns: 150 },
        );
    });

    it("does nothing where another got there first", async () => {
        const { store } = await open();
        const { id } = await createAt(store, "building");

        const results = await Promise.all([
            store.transition(id, "building", "deploying"),
            store.transition(id, "building", "cancelled"),
        ]);

        expect(results.filter((result) => result !== undefined)).toHaveLength(1);
        expect(await store.transition(id, "pending", "failed")).toBeUndefined();
        expect(await store.transition("unknown", "pending", "failed")).toBeUndefined();
    });

    it("notes start, end and duration by itself", async () => {
        const { store, clock, database } = await open();
        const { id } = await store.create(newDeployment());

        clock.advance(1000);
        await store.transition(id, "pending", "building");
        clock.advance(2500);
        await store.transition(id, "building", "deploying");
        const ended = await store.transition(id, "deploying", "failed", { error: "No", errorCode: "unhealthy" });

        expect(ended).toMatchObject({
            phase: "done",
            startedAt: "2026-01-31T12:00:01.000Z",
            completedAt: "2026-01-31T12:00:03.500Z",
            error: "No",
            errorCode: "unhealthy",
        });
        expect(await database.knex("deployments").first("duration")).toEqual({ duration: 2.5 });
    });

    it("keeps every change, and only those", async () => {
        const { store } = await open();
        const { id } = await createAt(store, "building");
        const change: DeploymentChange = {
            commitSha: "f".repeat(40),
            commitAuthor: "Anna",
            phases: [{ phase: "building", startedAt: "2026-01-31T12:00:00.000Z" }],
            images: [image],
            buildLogs: "built",
        };

        const changed = await store.update(id, "building", change);

        expect(changed).toMatchObject(change);
        expect(await store.update(id, "building", { note: "n" })).toMatchObject({ ...change, note: "n" });
        expect((await store.update(id, "building", { note: undefined }))?.note).toBeUndefined();
        expect(await store.update(id, "building", {})).toMatchObject(change);
        expect(await store.update(id, "pending", { note: "no" })).toBeUndefined();
        expect(await store.update(id, "pending", {})).toBeUndefined();
    });
});

it("keeps every status, phase, error code and trigger that exists", async () => {
    const { store } = await open();
    const { id } = await store.create(newDeployment());

    for (const phase of deploymentPhases) {
        expect(await store.update(id, "pending", { phase })).toMatchObject({ phase });
    }
    for (const errorCode of deploymentErrorCodes) {
        expect(await store.update(id, "pending", { errorCode })).toMatchObject({ errorCode });
    }
    for (const triggeredBy of TriggerType.options) {
        expect(await store.create(newDeployment({ triggeredBy }))).toMatchObject({ triggeredBy });
    }
    for (const status of deploymentStatuses) {
        expect(await createAt(store, status)).toMatchObject({ status });
    }
});

describe("the history", () => {
    it("is newest first, page by page, also for rows of the same instant", async () => {
        const { store } = await open();
        const made: string[] = [];
        for (let index = 0; index < 5; index += 1) {
            made.unshift((await store.create(newDeployment())).id);
        }
        await store.create(newDeployment({ stackId: "shop" }));

        const first = await store.list("web", 2);
        const second = await store.list("web", 10, first.at(-1)?.id);

        expect([...first, ...second].map((row) => row.id)).toEqual(made);
        expect(await store.list("web", 10, "unknown")).toEqual([]);
    });

    it("knows every deployment of a stack's commit, whatever its ref, newest first", async () => {
        const { store } = await open();
        const first = await store.create(newDeployment());
        const tagged = await store.create(newDeployment({ tag: "v1" }));
        await store.create(newDeployment({ commitSha: "f".repeat(40) }));
        await store.create(newDeployment({ stackId: "other" }));

        expect(await store.listAttempts("web", first.commitSha)).toEqual([tagged, first]);
        expect(await store.listAttempts("web", "e".repeat(40))).toEqual([]);
    });

    it("leaves the long logs out, which a single deployment has", async () => {
        const { store } = await open();
        const { id } = await store.create(newDeployment());
        await store.update(id, "pending", { buildLogs: "long", deploymentLogs: "long" });

        expect((await store.list("web", 1))[0]).not.toHaveProperty("buildLogs");
        expect(await store.find(id)).toMatchObject({ buildLogs: "long", deploymentLogs: "long" });
    });

    it("gives of every stack the newest, the active ones and the live one", async () => {
        const { store } = await open();
        const old = await createAt(store, "successful");
        const live = await createAt(store, "successful");
        const failed = await createAt(store, "failed");
        const other = await createAt(store, "building", { stackId: "shop" });
        const waiting = await createAt(store, "pending", { stackId: "shop" });

        const latest = await store.latest();

        expect([...latest].map(([stack, row]) => [stack, row.id]).sort()).toEqual([
            ["shop", waiting.id],
            ["web", failed.id],
        ]);
        expect((await store.findLive("web"))?.id).toBe(live.id);
        expect(live.id).not.toBe(old.id);
        expect(await store.findLive("shop")).toBeUndefined();
        expect((await store.listActive()).map((row) => row.id)).toEqual([other.id, waiting.id]);
        expect(await store.listActive("web")).toEqual([]);
    });
});

describe("what is live", () => {
    it("is the deployment that went live last, also where its row was made before", async () => {
        const { store, clock } = await open();
        const waiting = await createAt(store, "building");
        const rollback = await createAt(store, "successful");
        expect((await store.findLive("web"))?.id).toBe(rollback.id);
        clock.setBack(3_600_000);

        await store.transition(waiting.id, "building", "deploying");
        await store.transition(waiting.id, "deploying", "successful");

        expect((await store.findLive("web"))?.id).toBe(waiting.id);
        const seen: (string | undefined)[] = [];
        await store.queue("web", (view) => {
            seen.push(view.live()?.id);
            return { create: newDeployment(), replaced: [], reason: "" };
        });
        expect(seen).toEqual([waiting.id]);
    });

    it("is the first deployment, though release 0 is noted while it runs", async () => {
        const { store } = await open();
        const first = await createAt(store, "deploying");
        await store.create(newDeployment({ status: "successful" }));

        await store.transition(first.id, "deploying", "successful");

        expect((await store.findLive("web"))?.id).toBe(first.id);
    });

    it("stays what it is when release 0 of another machine is noted", async () => {
        const { store } = await open();
        const live = await createAt(store, "successful");
        const noted = await store.create(newDeployment({ status: "successful", live: false }));

        expect((await store.findLive("web"))?.id).toBe(live.id);
        expect(await store.find(noted.id)).toMatchObject({ status: "successful" });
    });
});

describe("the queue", () => {
    it("gives the oldest waiting row of each stack, one per stack", async () => {
        const { store } = await open();
        const [first, second] = [await store.create(newDeployment()), await store.create(newDeployment())];
        const other = await store.create(newDeployment({ stackId: "shop" }));

        expect(await store.claim("owner", 30)).toMatchObject({ id: first.id, leaseOwner: "owner", attempt: 1 });
        expect(await store.claim("owner", 30)).toMatchObject({ id: other.id });
        expect(await store.claim("owner", 30)).toBeUndefined();

        await store.transition(first.id, "pending", "cancelled");
        expect(await store.claim("owner", 30)).toBeUndefined();
        await store.release(first.id, "owner");
        expect(await store.claim("owner", 30)).toMatchObject({ id: second.id });
    });

    it("never gives a row to two owners", async () => {
        const file = join(await temporaryDirectory(), "dockge.db");
        const { store: one } = await open(file);
        const { store: two } = await open(file);
        for (let stack = 0; stack < 10; stack += 1) {
            await one.create(newDeployment({ stackId: `stack-${stack}` }));
            await one.create(newDeployment({ stackId: `stack-${stack}` }));
        }

        const claims = await Promise.all(
            Array.from({ length: 30 }, (_, index) => (index % 2 === 0 ? one.claim("one", 30) : two.claim("two", 30))),
        );

        const claimed = claims.filter((claim) => claim !== undefined);
        expect(new Set(claimed.map((claim) => claim.id)).size).toBe(10);
        expect(new Set(claimed.map((claim) => claim.stackId)).size).toBe(10);
        expect(claimed).toHaveLength(10);
    });

    it("never gives the row of an automatic rollback", async () => {
        const { store } = await open();
        const rollback = await store.create(newDeployment({ rollbackOf: "failed-1", stackId: "other" }));

        expect(await store.claim("owner", 30)).toBeUndefined();
        expect(await store.findRollbackOf("failed-1")).toEqual(rollback);
        expect(await store.findRollbackOf("failed-2")).toBeUndefined();
    });

    it.each(["building", "deploying"] as const)("gives nothing of a stack while a row is %s", async (status) => {
        const { store } = await open();
        const running = await createAt(store, status);
        const waiting = await store.create(newDeployment());

        expect(await store.claim("owner", 30)).toBeUndefined();
        await store.transition(running.id, status, "failed");
        expect(await store.claim("owner", 30)).toMatchObject({ id: waiting.id });
    });

    it("gives a waiting row again when its lease has run out", async () => {
        const { store, clock } = await open();
        const { id } = await store.create(newDeployment());
        await store.claim("one", 30);

        clock.advance(29_999);
        expect(await store.claim("two", 30)).toBeUndefined();
        clock.advance(1);
        expect(await store.claim("two", 30)).toMatchObject({ id, leaseOwner: "two", attempt: 2 });
        expect(await store.heartbeat(id, "one", 30)).toBe(false);
    });

    it("keeps a lease as long as its owner lives", async () => {
        const { store, clock } = await open();
        const { id } = await store.create(newDeployment());
        await store.claim("one", 30);

        clock.advance(20_000);
        expect(await store.heartbeat(id, "one", 30)).toBe(true);
        clock.advance(20_000);
        expect(await store.claim("two", 30)).toBeUndefined();

        await store.release(id, "two");
        expect(await store.find(id)).toMatchObject({ leaseOwner: "one" });
        await store.release(id, "one");
        expect(await store.find(id)).not.toHaveProperty("leaseOwner");
    });
});

describe("many that are queued at once", () => {
    const replaceAll =
        (commitSha: string, stackId = "web") =>
        ({ active }: QueueView): QueueDecision => ({
            create: newDeployment({ commitSha, stackId }),
            replaced: active.filter(({ status }) => status === "pending"),
            reason: `Superseded by ${commitSha}.`,
        });

    it("leave one that waits, and each of the others superseded by the next", async () => {
        const { store } = await open();
        const running = await createAt(store, "deploying");
        const waiting = await store.create(newDeployment({ commitSha: "0" }));

        const queued = await Promise.all(["1", "2", "3"].map((commit) => store.queue("web", replaceAll(commit))));

        const [one, two, three] = queued.map(({ deployment }) => deployment.id);
        expect(queued.map(({ deployment }) => deployment.status)).toEqual(["pending", "pending", "pending"]);
        expect(queued.map(({ cancelled }) => cancelled.map(({ id }) => id))).toEqual([[waiting.id], [one], [two]]);
        const superseded = { status: "cancelled", phase: "done", errorCode: "superseded" };
        expect(await store.list("web", 10)).toMatchObject([
            { id: three, status: "pending", phase: "queued", commitSha: "3" },
            { ...superseded, id: two, supersededBy: three, error: "Superseded by 3." },
            { ...superseded, id: one, supersededBy: two, error: "Superseded by 2." },
            { ...superseded, id: waiting.id, supersededBy: one, error: "Superseded by 1." },
            { id: running.id, status: "deploying" },
        ]);
        expect(await store.find(one ?? "")).toEqual(queued[1]?.cancelled[0]);
    });

    it("see each other, and nothing of other stacks", async () => {
        const { store } = await open();
        const seen: (readonly string[])[] = [];
        const look = (view: QueueView): QueueDecision => {
            seen.push(view.active.map(({ commitSha }) => commitSha));
            return { create: newDeployment({ commitSha: `look-${seen.length}` }), replaced: [], reason: "" };
        };

        await Promise.all([
            store.queue("web", replaceAll("1")),
            store.queue("shop", replaceAll("2", "shop")),
            store.queue("web", look),
            store.queue("web", replaceAll("3")),
            store.queue("web", look),
        ]);

        expect(seen).toEqual([["1"], ["3"]]);
        expect((await store.listActive()).map(({ commitSha }) => commitSha).sort()).toEqual(["2", "3", "look-2"]);
    });

    it("fail alone", async () => {
        const { store } = await open();
        const broken = (): QueueDecision => {
            throw new Error("broken");
        };

        const results = await Promise.allSettled([
            store.queue("web", replaceAll("1")),
            store.queue("web", broken),
            store.queue("web", replaceAll("2")),
        ]);

        expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
        const rows = await store.list("web", 10);
        expect(rows.map(({ commitSha, status }) => [commitSha, status])).toEqual([
            ["2", "pending"],
            ["1", "cancelled"],
        ]);
    });
});

describe("recovery", () => {
    it("takes over what a dead server left running, oldest first, and frees what it had only taken", async () => {
        const { store } = await open();
        const building = await createAt(store, "building");
        const deploying = await createAt(store, "deploying", { stackId: "shop" });
        const taken = await store.create(newDeployment({ stackId: "blog" }));
        await store.claim("dead", 30);

        const left = await store.takeOver("new", 30);

        expect(left.map((row) => row.id)).toEqual([building.id, deploying.id]);
        expect(left.every((row) => row.leaseOwner === "new" && row.attempt === 1)).toBe(true);
        expect(await store.claim("new", 30)).toMatchObject({ id: taken.id, attempt: 2 });
        expect(await store.takeOver("new", 30)).toEqual([]);
    });

    it("leaves an automatic rollback to the failed deployment's recovery, unless that one has ended", async () => {
        const { store } = await open();
        const failed = await createAt(store, "deploying");
        const rollback = await createAt(store, "deploying", { rollbackOf: failed.id });

        expect((await store.takeOver("new", 30)).map((row) => row.id)).toEqual([failed.id]);

        await store.transition(failed.id, "deploying", "failed");
        expect((await store.takeOver("newer", 30)).map((row) => row.id)).toEqual([rollback.id]);
    });

    it("frees a stack whose last deployment ended just before the crash", async () => {
        const { store } = await open();
        const ended = await store.create(newDeployment());
        await store.claim("dead", 30);
        await store.transition(ended.id, "pending", "failed");
        const next = await store.create(newDeployment());

        await store.takeOver("new", 30);

        expect(await store.claim("new", 30)).toMatchObject({ id: next.id });
    });
});

it("notes the first wish to cancel, only while there is something to cancel", async () => {
    const { store } = await open();
    const { id } = await createAt(store, "building");

    expect(await store.requestCancel(id, "by anna")).toBe(true);
    expect(await store.requestCancel(id, "by bert")).toBe(true);
    expect(await store.find(id)).toMatchObject({
        cancelReason: "by anna",
        cancelRequestedAt: "2026-01-31T12:00:00.000Z",
    });

    await store.transition(id, "building", "cancelled");
    expect(await store.requestCancel(id, "too late")).toBe(false);
    expect(await store.requestCancel("unknown", "?")).toBe(false);
});
