import { describe, expect, it } from "vitest";
import { awaitsApproval, type NewDeployment } from "../../../../backend/cicd/core/deployment.ts";
import { DeploymentFailure } from "../../../../backend/cicd/core/failure.ts";
import { needsApproval } from "../../../../backend/cicd/services/ask-for-approval.ts";
import { createDeploy, type DeployPorts } from "../../../../backend/cicd/services/deploy.ts";
import { containing } from "../../../support/containing.ts";
import { connect, deploymentAt, liveDeployment, openWorkshop, release } from "../../../support/workshop.ts";

const never = new AbortController().signal;

async function open(given: Partial<DeployPorts> = {}) {
    const workshop = await openWorkshop();
    await connect(workshop, { approval: true });
    const steps: string[] = [];
    const deploy = createDeploy({
        ...workshop,
        async buildRelease(run) {
            steps.push("build");
            const made = release({ deploymentId: run.id });
            await workshop.releases.save(made, workshop.stackDirectory);
            return made;
        },
        async putLive(run, made) {
            steps.push(`put live ${made.deploymentId} ${run.record.status} ${run.record.phase}`);
            await run.become(run.record.status === "building" ? "deploying" : "successful", "done");
        },
        rebuildMissing: async (_run, kept) => kept,
        cleanUp: async () => void steps.push("clean up"),
        ...given,
    });
    async function run(id: string, signal = never) {
        const record = await workshop.deployments.find(id);
        await deploy(record ?? expect.fail("gone"), signal);
        return (await workshop.deployments.find(id)) ?? expect.fail("gone");
    }
    const pending = (fields: Partial<NewDeployment> = {}) =>
        deploymentAt(workshop, "pending", { triggeredBy: "webhook", ...fields });
    return { ...workshop, steps, run, pending };
}

describe("a push to a stack that asks for approval", () => {
    it("is built, says what it would change, and leaves stack and lock alone", async () => {
        const { run, pending, steps, logs, host } = await open();

        const parked = await run((await pending()).id);

        expect(awaitsApproval(parked)).toBe(true);
        expect(parked).toMatchObject({ approvalRequestedAt: "2026-01-31T12:00:00.000Z", note: containing("waits") });
        expect(parked.phases.at(-1)).toMatchObject({ phase: "approval" });
        expect(steps).toEqual(["build", "clean up"]);
        expect(logs.texts(parked.id)).toEqual([
            "What will change:",
            "  web: recreate (image changed)",
            "  files written: compose.yaml",
            containing("Waiting for approval"),
        ]);
        expect(logs.closed.has(parked.id)).toBe(true);
        expect(host.lock.tryAcquire("shop", "a user")).toHaveProperty("release");
    });

    it("goes on from the release that was built once it is approved", async () => {
        const { run, pending, steps, deployments, logs } = await open();
        const { id } = await run((await pending()).id);
        await deployments.approve(id, "anna");
        steps.splice(0);

        const ended = await run(id);

        expect(ended).toMatchObject({ status: "successful", approvedBy: "anna" });
        expect(ended.note).toBeUndefined();
        expect(steps).toEqual(["clean up", `put live ${id} deploying previewing`]);
        expect(logs.texts(id)).toContain("Approved by anna: going on.");
    });

    it("fails when its release is gone by then, with the way out", async () => {
        const { run, pending, deployments, releases } = await open();
        const { id } = await run((await pending()).id);
        await deployments.approve(id, "anna");
        await releases.remove(id);

        expect(await run(id)).toMatchObject({ status: "failed", errorCode: "release_missing" });
    });

    it("fails before anybody is asked where it could not be put live", async () => {
        const { run, pending } = await open({
            previewRelease: () => Promise.reject(new DeploymentFailure("compose_invalid", "web: no such network")),
        });

        expect(await run((await pending()).id)).toMatchObject({ status: "failed", errorCode: "compose_invalid" });
    });

    it("ends where a cancel came in its last moment", async () => {
        const workshop = await open();
        const { deployments, pending } = workshop;
        const { id } = await pending();
        const deploy = createDeploy({
            ...workshop,
            buildRelease: async () => release({ deploymentId: id }),
            putLive: () => Promise.reject(new Error("never")),
            rebuildMissing: async (_run, kept) => kept,
            async cleanUp() {
                await deployments.requestCancel(id, "Cancelled by anna.");
            },
        });

        await deploy((await deployments.find(id)) ?? expect.fail("gone"), never);

        expect(await deployments.find(id)).toMatchObject({ status: "cancelled", error: "Cancelled by anna." });
    });

    it("gives way to a rollback by hand that was asked for while it was built", async () => {
        const workshop = await open();
        const { run, pending, deployments } = workshop;
        const { id } = await pending();
        const rollback = await pending({
            triggeredBy: "manual",
            previousDeploymentId: "d1",
            commitSha: "e".repeat(40),
        });

        expect(await run(id)).toMatchObject({
            status: "cancelled",
            errorCode: "superseded",
            error: "Superseded by a rollback to eeeeeee.",
            supersededBy: rollback.id,
        });
        expect(await deployments.find(rollback.id)).toMatchObject({ status: "pending" });
    });

    it("is built again where a shutdown came before it could wait", async () => {
        const asked = new AbortController();
        const { run, pending } = await open({
            async cleanUp() {
                asked.abort(new DeploymentFailure("interrupted", "The server is shutting down."));
            },
        });

        const left = await run((await pending()).id, asked.signal);

        expect(left).toMatchObject({ status: "building" });
        expect(awaitsApproval(left)).toBe(false);
    });
});

describe("pushed images that were approved", () => {
    const refreshImages = [{ image: "app:1" }];

    it("go live as they were built while the same commit is live", async () => {
        const workshop = await open();
        const { run, pending, deployments, steps } = workshop;
        const { commitSha } = await liveDeployment(workshop);
        const { id } = await run((await pending({ refreshImages, commitSha })).id);
        await deployments.approve(id, "anna");
        steps.splice(0);

        await run(id);

        expect(steps).not.toContain("build");
    });

    it("are built with the commit that is live by then, and need no second approval", async () => {
        const workshop = await open();
        const { run, pending, deployments, steps, logs } = workshop;
        const { commitSha } = await liveDeployment(workshop);
        const { id } = await run((await pending({ refreshImages, commitSha })).id);
        await liveDeployment(workshop, { commitSha: "e".repeat(40) });
        await deployments.approve(id, "anna");
        steps.splice(0);

        await run(id);

        expect(steps).toEqual(["build", "clean up", `put live ${id} building fetching`]);
        expect(logs.texts(id)).toContainEqual(containing("Another commit went live meanwhile"));
    });
});

describe("a rollback that was being applied when the server ended", () => {
    it("goes on without looking for images to rebuild: what it finds missing is put back", async () => {
        const workshop = await open({
            rebuildMissing: () => Promise.reject(new DeploymentFailure("engine_unavailable", "away")),
        });
        const { run, steps, releases, stackDirectory } = workshop;
        await releases.save(release({ deploymentId: "d0" }), stackDirectory);
        const { id } = await deploymentAt(workshop, "deploying", { previousDeploymentId: "d0", phase: "applying" });

        await run(id);

        expect(steps).toContain("put live d0 deploying applying");
    });
});

describe("who needs approval", () => {
    const asked = { approval: true };
    const built = { status: "building", phase: "building", triggeredBy: "webhook" } as const;

    it.each([
        ["a push", {}, asked, true],
        ["a poll or a schedule", { triggeredBy: "scheduled" as const }, asked, true],
        ["an API token", { triggeredBy: "api" as const }, asked, true],
        ["a person with a login", { triggeredBy: "manual" as const }, asked, false],
        ["a rollback", { previousDeploymentId: "d1", triggeredBy: "api" as const }, asked, false],
        ["one that was approved", { approvedAt: "2026" }, asked, false],
        ["one that is being applied", { status: "deploying" as const }, asked, false],
        ["a stack that does not ask", {}, { approval: false }, false],
    ])("%s", async (_who, fields, config, expected) => {
        const workshop = await openWorkshop();
        const record = await deploymentAt(workshop, "building");

        expect(needsApproval({ ...record, ...built, ...fields }, config)).toBe(expected);
    });
});
