import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
    activeStatuses,
    canTransition,
    type DeploymentRecord,
    durationSeconds,
    isTerminal,
    viewDeployment,
} from "../../../../backend/cicd/core/deployment.ts";
import type { JobRecord } from "../../../../backend/cicd/core/pipeline-run.ts";
import { Deployment, type DeploymentStatus, deploymentStatuses } from "../../../../common/schema/deployment.ts";

const record: DeploymentRecord = {
    id: "d1",
    stackId: "shop",
    buildConfigId: "b1",
    repositoryId: "r1",
    commitSha: "a".repeat(40),
    branch: "main",
    status: "successful",
    phase: "done",
    phases: [],
    createdAt: "2026-01-31T12:00:00.000Z",
    triggeredBy: "webhook",
    images: [],
    machines: [],
    attempt: 2,
    leaseOwner: "server",
    leaseExpiresAt: "2026-01-31T12:00:30.000Z",
    cancelRequestedAt: "2026-01-31T12:00:10.000Z",
    cancelReason: "Cancelled by anna.",
};

describe("the statuses of a deployment", () => {
    const status = fc.constantFrom(...deploymentStatuses);

    it("come to an end on every way, and never go back to waiting", () => {
        fc.assert(
            fc.property(fc.array(status, { maxLength: 20 }), (wanted) => {
                let now: DeploymentStatus = "pending";
                let steps = 0;
                for (const next of wanted.filter((one) => one !== "pending")) {
                    if (canTransition(now, next)) {
                        [now, steps] = [next, steps + 1];
                    }
                }
                expect(steps).toBeLessThanOrEqual(3);
            }),
        );
        expect(deploymentStatuses.filter((from) => canTransition(from, "pending"))).toEqual([]);
    });

    it("are either active or final", () => {
        const final = deploymentStatuses.filter(isTerminal);

        expect(final).toEqual(["successful", "failed", "rolled_back", "cancelled"]);
        expect([...activeStatuses, ...final].sort()).toEqual([...deploymentStatuses].sort());
    });

    it.each(["successful", "rolled_back"] as const)("become %s only from deploying", (end) => {
        expect(deploymentStatuses.filter((from) => canTransition(from, end))).toEqual(["deploying"]);
    });
});

describe("what the outside sees of a deployment", () => {
    const view = (fields: Partial<DeploymentRecord>, liveId?: string, kept: readonly string[] = []) =>
        viewDeployment(
            { ...record, ...fields },
            { live: liveId === undefined ? undefined : { id: liveId }, keptReleases: new Set(kept) },
        );

    it("fits its schema, and holds nothing of leases and requests", () => {
        expect(Deployment.strict().safeParse(view({})).error).toBeUndefined();
    });

    it("has the jobs of its pipeline, and nothing of how they are run", () => {
        const job: JobRecord = {
            ...{ id: "j1", pipelineId: "p1", position: 0, stage: "test", name: "unit", image: "node:20" },
            ...{ status: "failed", allowFailure: false, exitCode: 3, attempt: 1, linesBefore: 0 },
            ...{ startedAt: "2026-01-31T12:00:00.000Z", completedAt: "2026-01-31T12:00:02.500Z" },
        };
        const context = { keptReleases: new Set<string>(), jobs: [job] };

        const shown = viewDeployment({ ...record, pipelineId: "p1" }, context);

        expect(Deployment.strict().safeParse(shown).error).toBeUndefined();
        expect(shown.pipelineId).toBe("p1");
        expect(shown.jobs).toEqual([
            { id: "j1", name: "unit", stage: "test", status: "failed", duration: 2.5, exitCode: 3 },
        ]);
    });

    it("can be rolled back to where its release is kept, unless it is live", () => {
        expect(view({}, "d2", ["d1"])).toMatchObject({ canRollBack: true, live: false });
        expect(view({}, "d1", ["d1"])).toMatchObject({ canRollBack: false, live: true });
        expect(view({}, "d2", [])).toMatchObject({ canRollBack: false });
    });

    it("cannot be rolled back to where a rollback has made its release live again", () => {
        const live = { id: "d3", previousDeploymentId: record.id };

        const shown = viewDeployment({ ...record, status: "successful" }, { live, keptReleases: new Set([record.id]) });

        expect(shown).toMatchObject({ canRollBack: false, live: false });
    });

    it("counts from its making where it has not started", () => {
        expect(view({}).startedAt).toBe(record.createdAt);
    });
});

describe("how long it took", () => {
    it("is told in seconds once it has ended, and only where it began", () => {
        const startedAt = "2026-01-31T12:00:00.000Z";
        const completedAt = "2026-01-31T12:01:30.500Z";

        expect(durationSeconds({ startedAt, completedAt })).toBe(90.5);
        expect(durationSeconds({ startedAt })).toBeUndefined();
        expect(durationSeconds({ completedAt })).toBeUndefined();
    });
});
