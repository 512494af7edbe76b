import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createDeploymentStore } from "../../../../../backend/cicd/adapters/sqlite/deployment-store.ts";
import { createPipelineStore } from "../../../../../backend/cicd/adapters/sqlite/pipeline-store.ts";
import type { JobRecord, NewJob, NewPipeline, PipelineRecord } from "../../../../../backend/cicd/core/pipeline-run.ts";
import type { PipelinePlan } from "../../../../../common/schema/pipeline-plan.ts";
import { createTestClock } from "../../../../support/clock.ts";
import { openTestDatabase } from "../../../../support/database.ts";
import { mustPlan } from "../../../../support/pipeline-text.ts";
import { newPipeline } from "../../../../support/pipelines.ts";
import { newDeployment } from "../../../../support/records.ts";
import { temporaryDirectory } from "../../../../support/temporary-directory.ts";

const startedAt = "2026-01-31T12:00:01.000Z";
const plan: PipelinePlan = { stages: [{ name: "build", parallelism: 1 }], jobs: [], leftOut: ["docs"] };
const planned = [
    { name: "compile", stage: "build" },
    { name: "unit", stage: "test" },
    { name: "e2e", stage: "test" },
];
const artifacts = { files: 2, bytes: 300, paths: ["a", "b"], expiresAt: "2026-02-07T12:00:00.000Z" };

function newJobs(changes: Readonly<Record<string, Partial<NewJob>>> = {}): readonly NewJob[] {
    return planned.map((job) => ({
        ...{ ...job, image: "x", allowFailure: false, status: "pending" },
        ...changes[job.name],
    }));
}

async function open(file?: string) {
    const clock = createTestClock();
    const database = await openTestDatabase(file);
    const store = createPipelineStore({ database, clock });
    const deployments = createDeploymentStore({ database, clock });

    /** A run that has begun, with its jobs by name. */
    async function begun(fields: Partial<NewPipeline> = {}, jobs: readonly NewJob[] = newJobs()) {
        const { id } = await store.create(newPipeline(fields));
        const run = await store.begin(id, plan, jobs, startedAt);
        const own = (await store.jobs([id])).get(id) ?? [];
        const idOf = (name: string): string => own.find((job) => job.name === name)?.id ?? "";
        return { run, id, own, idOf };
    }

    async function ofDeployment() {
        const deployment = await deployments.create(newDeployment());
        await deployments.transition(deployment.id, "pending", "building");
        return { deployment, ...(await begun({ deploymentId: deployment.id })) };
    }

    return { clock, database, store, deployments, begun, ofDeployment };
}

const namesOf = (jobs: readonly JobRecord[] | undefined): readonly string[] => (jobs ?? []).map(({ name }) => name);
const idsOf = (runs: readonly PipelineRecord[]): readonly string[] => runs.map(({ id }) => id);

describe("a new run", () => {
    it("waits without jobs, and is found as it was made", async () => {
        const { store } = await open();

        const made = await store.create(
            newPipeline({ tag: "v1", commitMessage: "Fix\nit", commitAuthor: "anna", triggeredByUser: "anna" }),
        );

        expect(made).toMatchObject({ status: "pending", attempt: 0, runsAlone: true });
        expect(made.createdAt).toBe("2026-01-31T12:00:00.000Z");
        expect(await store.find(made.id)).toEqual(made);
        expect((await store.jobs([made.id])).get(made.id)).toEqual([]);
        expect(await store.find("unknown")).toBeUndefined();
    });

    it("is named by its deployment", async () => {
        const { store, deployments } = await open();
        const { id: deploymentId } = await deployments.create(newDeployment());

        const run = await store.create(newPipeline({ deploymentId }));

        expect(await store.findOfDeployment(deploymentId)).toEqual(run);
        expect((await deployments.find(deploymentId))?.pipelineId).toBe(run.id);
        expect((await deployments.list("web", 1))[0]?.pipelineId).toBe(run.id);
        expect(await store.findOfDeployment("unknown")).toBeUndefined();
    });
});

describe("beginning a run", () => {
    it("writes its plan and its jobs in order", async () => {
        const { store, begun } = await open();

        const jobs = newJobs({
            compile: { status: "success", exitCode: 0, attempt: 1, reusedFrom: "job-1", artifacts, completedAt: "x" },
        });
        const { run, id, own } = await begun({}, jobs);

        expect(run).toMatchObject({ status: "running", plan, startedAt });
        expect(await store.find(id)).toEqual(run);
        expect(own).toMatchObject(jobs.map((job, position) => ({ attempt: 0, ...job, position, linesBefore: 0 })));
        expect(await store.findJob(own[0]?.id ?? "")).toEqual(own[0]);
    });

    it("keeps the plan as it was made", async () => {
        const { store } = await open();
        const { id } = await store.create(newPipeline());
        const whole = await mustPlan(
            "image: x\nunit: { script: b, services: [redis], cache: { paths: [a] }, retry: 1 }\n",
        );

        await store.begin(id, whole, newJobs(), startedAt);

        expect((await store.find(id))?.plan).toEqual(whole);
    });

    it("is done once", async () => {
        const { store, begun } = await open();
        const { id } = await begun();

        await expect(store.begin(id, plan, newJobs(), startedAt)).rejects.toMatchObject({ code: "conflict" });
        expect((await store.jobs([id])).get(id)).toHaveLength(3);
    });

    it("is refused once the run has ended", async () => {
        const { store } = await open();
        const { id } = await store.create(newPipeline());
        await store.update(id, { status: "cancelled" });

        await expect(store.begin(id, plan, newJobs(), startedAt)).rejects.toMatchObject({ code: "conflict" });
        expect(await store.find(id)).not.toHaveProperty("plan");
    });

    it("leaves nothing half done", async () => {
        const { store } = await open();
        const { id } = await store.create(newPipeline());
        const twice = [...newJobs(), ...newJobs()];

        await expect(store.begin(id, plan, twice, startedAt)).rejects.toThrow(/UNIQUE/);

        expect(await store.find(id)).toMatchObject({ status: "pending" });
        expect((await store.jobs([id])).get(id)).toEqual([]);
    });

    it("takes the longest pipeline that there can be", async () => {
        const { begun } = await open();
        const many = newJobs().flatMap((job) =>
            Array.from({ length: 70 }, (_, index) => ({ ...job, name: `${job.name}-${index}` })),
        );

        const { own } = await begun({}, many);

        expect(namesOf(own)).toEqual(many.map(({ name }) => name));
    });
});

describe("changing a run", () => {
    it("is possible until it ends, and notes when it did", async () => {
        const { store, begun, clock } = await open();
        const { id } = await begun();
        clock.advance(5000);

        expect(await store.update(id, { commitMessage: "Fix" })).toMatchObject({ commitMessage: "Fix" });
        expect(await store.update(id, {})).toMatchObject({ commitMessage: "Fix" });
        expect(await store.update(id, { status: "failed", error: "no" })).toMatchObject({
            status: "failed",
            error: "no",
            completedAt: "2026-01-31T12:00:05.000Z",
        });
        expect(await store.update(id, { status: "success" })).toBeUndefined();
        expect(await store.update(id, {})).toBeUndefined();
        expect(await store.find(id)).toMatchObject({ status: "failed" });
    });

    it("happens to a job alone, too", async () => {
        const { store, begun } = await open();
        const { id, idOf } = await begun();

        const changed = await store.updateJob(idOf("unit"), {
            ...{ status: "failed", exitCode: 3, reason: "script", error: "no", attempt: 2, linesBefore: 7, artifacts },
            ...{ startedAt, completedAt: startedAt },
        });

        expect(changed).toMatchObject({ status: "failed", exitCode: 3, reason: "script", linesBefore: 7, artifacts });
        expect(await store.findJob(idOf("unit"))).toEqual(changed);
        expect((await store.jobs([id])).get(id)?.map(({ status }) => status)).toEqual(["pending", "failed", "pending"]);
        expect(await store.updateJob("unknown", { attempt: 1 })).toBeUndefined();
        expect(await store.updateJob(idOf("unit"), { reason: undefined })).not.toHaveProperty("reason");
    });

    it("keeps the first that asked for its end", async () => {
        const { store, begun } = await open();
        const { id } = await begun();

        expect(await store.requestCancel(id, "by anna")).toBe(true);
        expect(await store.requestCancel(id, "by bob")).toBe(true);
        expect(await store.find(id)).toMatchObject({ cancelReason: "by anna", status: "running" });
        await store.update(id, { status: "cancelled" });
        expect(await store.requestCancel(id, "by carl")).toBe(false);
    });
});

describe("the history", () => {
    it("has the newest first, by page and by branch", async () => {
        const { store } = await open();
        const [first, second, third] = [
            await store.create(newPipeline({ branch: "main" })),
            await store.create(newPipeline({ branch: "fix" })),
            await store.create(newPipeline({ branch: "main" })),
        ];
        await store.create(newPipeline({ stackId: "shop", branch: "other" }));

        expect(idsOf(await store.list("web", { limit: 2 }))).toEqual([third.id, second.id]);
        expect(idsOf(await store.list("web", { limit: 2, cursor: second.id }))).toEqual([first.id]);
        expect(idsOf(await store.list("web", { branch: "main", limit: 9 }))).toEqual([third.id, first.id]);
        expect(await store.branches("web")).toEqual(["main", "fix"]);
        expect(await store.branches("unknown")).toEqual([]);
        await store.update(second.id, { status: "failed" });
        expect(idsOf(await store.listActive("web"))).toEqual([first.id, third.id]);
        expect(await store.listActive()).toHaveLength(3);
    });

    it("tells the jobs of many runs and deployments at once", async () => {
        const { store, begun, ofDeployment } = await open();
        const { id } = await begun();
        const { deployment } = await ofDeployment();

        const byRun = await store.jobs([id, "unknown"]);
        const byDeployment = await store.jobsOfDeployments([deployment.id, "unknown"]);

        expect(namesOf(byRun.get(id))).toEqual(["compile", "unit", "e2e"]);
        expect(byRun.get("unknown")).toEqual([]);
        expect([...byDeployment.keys()]).toEqual([deployment.id, "unknown"]);
        expect(namesOf(byDeployment.get(deployment.id))).toEqual(["compile", "unit", "e2e"]);
        expect(await store.jobs([])).toEqual(new Map());
        expect(await store.jobsOfDeployments([])).toEqual(new Map());
    });

    it("keeps the newest runs of a stack, and whatever has not ended", async () => {
        const { store, begun, deployments, ofDeployment } = await open();
        const { id: active } = await begun();
        const old = await ofDeployment();
        const { id: newest } = await begun();
        const other = await begun({ stackId: "shop" });
        for (const id of [old.id, newest, other.id]) {
            await store.update(id, { status: "failed" });
        }

        expect(await store.prune("web", 3)).toEqual([]);
        const removed = await store.prune("web", 1);

        expect(removed.map(({ id }) => id).sort()).toEqual(old.own.map(({ id }) => id).sort());
        expect(idsOf(await store.list("web", { limit: 9 }))).toEqual([newest, active]);
        expect(await store.findJob(old.idOf("unit"))).toBeUndefined();
        expect(await deployments.find(old.deployment.id)).not.toHaveProperty("pipelineId");
        expect(await store.find(other.id)).toBeDefined();
    });

    it("tells of every run what may lie on the disk for it", async () => {
        const { store, begun } = await open();
        const { id, run, own } = await begun({}, newJobs({ unit: { artifacts, reusedFrom: "job-1" } }));
        const other = await store.create(newPipeline({ stackId: "shop" }));

        const kept = await store.listKept();

        const { stackId, createdAt } = run;
        expect(kept).toEqual([
            { id: other.id, stackId: "shop", createdAt: other.createdAt, status: "pending", jobs: [] },
            {
                ...{ id, stackId, createdAt, status: "running" },
                jobs: own.map((job) => ({
                    id: job.id,
                    reusedFrom: job.reusedFrom,
                    hasArtifacts: job.artifacts !== undefined,
                })),
            },
        ]);
        expect(await store.listKept("web")).toEqual(kept.slice(1));
    });

    it("knows which artifacts have expired", async () => {
        const { store, begun } = await open();
        const { idOf } = await begun({}, newJobs({ compile: { artifacts } }));
        await store.updateJob(idOf("unit"), { artifacts: { ...artifacts, expiresAt: undefined } });
        await store.updateJob(idOf("e2e"), { artifacts: { ...artifacts, expiresAt: "2026-02-01T12:00:00.000Z" } });

        expect(namesOf(await store.listExpired("2026-02-01T11:00:00.000Z"))).toEqual([]);
        expect(namesOf(await store.listExpired("2026-03-01T12:00:00.000Z"))).toEqual(["e2e", "compile"]);
        await store.updateJob(idOf("compile"), { artifacts: undefined });
        expect(namesOf(await store.listExpired("2026-03-01T12:00:00.000Z"))).toEqual(["e2e"]);
    });
});

describe("a manual job that somebody starts", () => {
    it("is noted where its run goes on", async () => {
        const { store, begun, ofDeployment } = await open();
        const alone = await begun();
        const deploying = await ofDeployment();

        expect(await store.requestJob(alone.idOf("e2e"), "anna")).toMatchObject({
            ...{ requestedBy: "anna", requestedAt: "2026-01-31T12:00:00.000Z", status: "pending" },
        });
        expect(await store.requestJob(deploying.idOf("e2e"), undefined)).not.toHaveProperty("requestedBy");

        expect(await store.find(alone.id)).toMatchObject({ status: "running", runsAlone: true });
        expect(await store.find(deploying.id)).toMatchObject({ status: "running", runsAlone: false });
    });

    it("queues its run again where that has ended", async () => {
        const { store, ofDeployment } = await open();
        const { id, idOf } = await ofDeployment();
        await store.requestCancel(id, "by anna");
        await store.update(id, { status: "failed", error: "no" });

        await store.requestJob(idOf("e2e"), "anna");

        const run = await store.find(id);
        expect(run).toMatchObject({ status: "pending", runsAlone: true, startedAt, plan });
        expect(Object.keys(run ?? {})).not.toEqual(
            expect.arrayContaining([expect.stringMatching(/completedAt|error|cancel/)]),
        );
        expect((await store.claim("me", 30))?.id).toBe(id);
    });

    it("queues its run again where the deployment that ran it has ended", async () => {
        const { store, deployments, ofDeployment } = await open();
        const { id, idOf, deployment } = await ofDeployment();
        await deployments.transition(deployment.id, "building", "failed");

        await store.requestJob(idOf("e2e"), "anna");

        expect(await store.find(id)).toMatchObject({ status: "pending", runsAlone: true });
    });

    it("does not take its run from who works on it", async () => {
        const { store, begun } = await open();
        const { id, idOf } = await begun();
        await store.update(id, { status: "success" });
        await store.requestJob(idOf("unit"), "anna");
        await store.claim("me", 30);
        await store.update(id, { status: "running" });

        await store.requestJob(idOf("e2e"), "bob");

        expect(await store.find(id)).toMatchObject({ status: "running", leaseOwner: "me" });
    });

    it("is refused where it does not wait", async () => {
        const { store, begun } = await open();
        const { id, idOf } = await begun();
        await store.updateJob(idOf("e2e"), { status: "skipped" });
        await store.update(id, { status: "success" });

        expect(await store.requestJob(idOf("e2e"), "anna")).toBeUndefined();
        expect(await store.requestJob("unknown", "anna")).toBeUndefined();
        expect(await store.find(id)).toMatchObject({ status: "success" });
    });

    it.each(["request first", "end first"])("is never lost at the end of its run: %s", async (order) => {
        const { store, begun } = await open();
        const { id, idOf } = await begun();
        const steps = [() => store.requestJob(idOf("e2e"), "anna"), () => store.update(id, { status: "success" })];

        const [one, other] = order === "request first" ? steps : steps.reverse();
        await Promise.all([one?.(), other?.()]);

        expect(await store.find(id)).toMatchObject({ status: "pending", runsAlone: true });
        expect(await store.find(id)).not.toHaveProperty("completedAt");
        expect((await store.claim("me", 30))?.id).toBe(id);
    });

    it("is started once, whoever asks at the same moment", async () => {
        const { store, begun } = await open();
        const { idOf } = await begun();

        const [anna, bob] = await Promise.all([
            store.requestJob(idOf("e2e"), "anna"),
            store.requestJob(idOf("e2e"), "bob"),
        ]);

        expect(anna).toMatchObject({ requestedBy: "anna" });
        expect(bob).toBeUndefined();
        expect(await store.findJob(idOf("e2e"))).toMatchObject({ requestedBy: "anna" });
    });

    it("can be started again where its run failed before it ran", async () => {
        const { store, begun } = await open();
        const { id, idOf } = await begun();
        await store.requestJob(idOf("e2e"), "anna");

        await store.update(id, { status: "failed" });

        expect(await store.findJob(idOf("e2e"))).not.toHaveProperty("requestedAt");
        expect(await store.requestJob(idOf("e2e"), "bob")).toMatchObject({ requestedBy: "bob" });
    });

    it("does not keep a run that failed or was cancelled from its end", async () => {
        const { store, begun } = await open();
        for (const status of ["failed", "cancelled"] as const) {
            const { id, idOf } = await begun();
            await store.requestJob(idOf("e2e"), "anna");
            expect(await store.update(id, { status })).toMatchObject({ status });
        }
    });
});

describe("superseding", () => {
    it("ends what waits for an older commit of the branch", async () => {
        const { store, begun } = await open();
        const waiting = await store.create(newPipeline());
        const kept = [
            await store.create(newPipeline({ branch: "fix" })),
            await store.create(newPipeline({ tag: "v1" })),
            await store.create(newPipeline({ stackId: "shop" })),
            await store.create(newPipeline({ deploymentId: "d1" })),
            (await begun()).run,
        ];
        const newest = await store.create(newPipeline());
        const newer = await store.create(newPipeline());

        const ended = await store.supersede("web", "main", newest.id);

        expect(idsOf(ended)).toEqual([waiting.id]);
        expect(ended[0]).toMatchObject({ status: "cancelled", completedAt: "2026-01-31T12:00:00.000Z" });
        expect(ended[0]?.error).toContain(newest.id);
        for (const { id, status } of [...kept, newest, newer]) {
            expect(await store.find(id)).toMatchObject({ status });
        }
    });

    it("leaves what somebody works on already, and manual jobs", async () => {
        const { store, begun } = await open();
        await store.create(newPipeline());
        await store.claim("me", 30);
        const { id, idOf } = await begun();
        await store.update(id, { status: "success" });
        await store.requestJob(idOf("e2e"), "anna");
        const newest = await store.create(newPipeline());

        expect(await store.supersede("web", "main", newest.id)).toEqual([]);
    });
});

describe("leases", () => {
    it("go to one of two that claim at once, oldest first", async () => {
        const file = join(await temporaryDirectory(), "dockge.db");
        const [mine, yours] = [await open(file), await open(file)];
        const runs = [await mine.store.create(newPipeline()), await mine.store.create(newPipeline())];
        await mine.store.create(newPipeline({ deploymentId: "d1" }));

        const claimed = await Promise.all([
            mine.store.claim("me", 30),
            yours.store.claim("you", 30),
            mine.store.claim("me", 30),
        ]);

        const got = claimed.filter((run) => run !== undefined);
        expect(idsOf(got).toSorted()).toEqual(idsOf(runs).toSorted());
        expect(got.every(({ attempt, status }) => attempt === 1 && status === "pending")).toBe(true);
    });

    it("are extended and given back by their owner only", async () => {
        const { store, clock } = await open();
        const { id } = await store.create(newPipeline());
        await store.claim("me", 30);

        expect(await store.heartbeat(id, "you", 30)).toBe(false);
        expect(await store.heartbeat(id, "me", 60)).toBe(true);
        await store.release(id, "you");
        clock.advance(59_000);
        expect(await store.claim("you", 30)).toBeUndefined();
        await store.release(id, "me");
        expect(await store.claim("you", 30)).toMatchObject({ id, leaseOwner: "you", attempt: 2 });
    });

    it("that ran out are claimed again", async () => {
        const { store, clock } = await open();
        await store.create(newPipeline());
        await store.claim("me", 30);
        clock.advance(30_000);

        expect(await store.claim("you", 30)).toMatchObject({ leaseOwner: "you" });
    });

    it("of a server that is gone are taken over, but not those of deployments", async () => {
        const { store, begun, ofDeployment } = await open();
        const waiting = await store.create(newPipeline());
        await store.claim("dead", 3600);
        const first = await begun();
        const second = await begun();
        await ofDeployment();

        const taken = await store.takeOver("me", 30);

        expect(idsOf(taken)).toEqual([first.id, second.id]);
        expect(taken[0]).toMatchObject({ leaseOwner: "me", attempt: 1, status: "running" });
        expect(await store.takeOver("me", 30)).toEqual([]);
        expect((await store.claim("me", 30))?.id).toBe(waiting.id);
    });

    it("of runs that ended go to nobody", async () => {
        const { store, begun } = await open();
        const { id } = await begun();
        await store.update(id, { status: "success" });

        expect(await store.takeOver("me", 30)).toEqual([]);
        expect(await store.claim("me", 30)).toBeUndefined();
    });
});

describe("the tables of runs", () => {
    it("are read by their indexes", async () => {
        const { database } = await open();
        const planOf = async (sql: string): Promise<string> =>
            JSON.stringify(await database.knex.raw(`explain query plan ${sql}`));

        expect(await planOf("select min(seq) from pipelines where status = 'pending' and runs_alone = 1")).toMatch(
            /COVERING INDEX pipelines_status_runs_alone_seq_index/,
        );
        expect(await planOf("select * from pipelines where stack_id = 'a' order by seq desc limit 9")).toMatch(
            /USING INDEX pipelines_stack_id_seq_index/,
        );
    });
});
