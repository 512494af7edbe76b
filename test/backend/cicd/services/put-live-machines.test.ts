import { describe, expect, it } from "vitest";
import { AppError } from "../../../../common/errors.ts";
import { DeploymentFailure } from "../../../../backend/cicd/core/failure.ts";
import type { Release } from "../../../../backend/cicd/core/release.ts";
import type { DeploymentRecord } from "../../../../backend/cicd/core/deployment.ts";
import type { MachineSteps } from "../../../../backend/cicd/services/machine-steps.ts";
import type { Plan } from "../../../../backend/cicd/services/plan-release.ts";
import { createPutLive } from "../../../../backend/cicd/services/put-live.ts";
import { matching } from "../../../support/containing.ts";
import { newDeployment } from "../../../support/records.ts";
import { stepsHere } from "../../../support/machine-steps.ts";
import { beginRun, connect, deploymentAt, liveDeployment, openWorkshop, release } from "../../../support/workshop.ts";

const sick = new DeploymentFailure("unhealthy", "web exited with code 1.");
const lost = new AppError("unavailable", "host: the connection was lost", {
    details: { errorCode: "remote_unavailable" },
});

/** A stack that is deployed to the machines a and b, in turn; steps are written down as `<machine> <verb> <release>`. */
async function open() {
    const workshop = await openWorkshop();
    const connection = await connect(workshop);
    const steps: string[] = [];
    const failing = new Map<string, Error[]>();
    const taken: AbortController[] = [];
    /** What runs on a machine without a deployment. */
    const snapshots = new Map<string, Release>();
    const plans: string[] = [];

    function machine(id: string): MachineSteps {
        async function step(verb: string, release?: string): Promise<void> {
            steps.push(`${id} ${verb}${release === undefined ? "" : ` ${release}`}`);
            const failure = failing.get(`${id} ${verb}`)?.shift();
            if (failure !== undefined) {
                throw failure;
            }
        }
        return {
            ...stepsHere,
            id,
            name: `machine ${id}`,
            isRemote: true,
            async hold() {
                await step("hold");
                const controller = new AbortController();
                taken.push(controller);
                return { lost: controller.signal, release: () => step("release") };
            },
            async plan(_run, input) {
                await step("plan", input.release.commitSha.slice(0, 1));
                plans.push(`${id} ${input.release.deploymentId}`);
                return planOf(input.release);
            },
            apply: (_run, input) => step("apply", input.release.commitSha.slice(0, 1)),
            verify: (_run, plan) => step("verify", plan.release.commitSha.slice(0, 1)),
            waitForEngine: () => step("wait"),
            stopStack: () => step("stop"),
            endOrphans: () => step("end orphans"),
            async snapshot(_run, _release, connected, isLive) {
                if (!snapshots.has(id)) {
                    return undefined;
                }
                const row = await workshop.deployments.create({
                    ...newDeployment({ stackId: "shop", buildConfigId: connected.config.id, commitSha: "" }),
                    status: "successful",
                    live: isLive,
                    machines: ran(id),
                });
                const noted = release({ deploymentId: row.id, commitSha: `0-${id}`, initial: true });
                await workshop.releases.save(noted, workshop.stackDirectory);
                snapshots.set(id, noted);
                return noted;
            },
        };
    }

    const putLive = createPutLive({
        ...workshop,
        machines: async () => [machine("a"), machine("b")],
        rebuildMissing: async (_run, whole) => whole,
        prune: async () => undefined,
    });

    /** Deploys commit c…, and answers its row. */
    async function deploy() {
        const commitSha = "c".repeat(40);
        const record = await deploymentAt(workshop, "building", { commitSha });
        const own = release({ deploymentId: record.id, commitSha });
        await workshop.releases.save(own, workshop.stackDirectory);
        return goOn(record, own);
    }

    /** Runs a deployment from where its row is. */
    async function goOn(record: DeploymentRecord, own: Release) {
        const run = await beginRun(workshop, record);
        await putLive(run, own, connection);
        return workshop.deployments.find(record.id);
    }

    /** Lets the server die at a step; answers the row as it stands then. */
    async function dieAt(step: string) {
        failing.set(step, [new DeploymentFailure("interrupted", "The server was killed.")]);
        await expect(deploy()).rejects.toMatchObject({ errorCode: "interrupted" });
        const [record] = await workshop.deployments.listActive("shop");
        const own = record && (await workshop.releases.find(record.id));
        if (record === undefined || own === undefined) {
            throw new Error("nothing was left running");
        }
        steps.length = 0;
        return { record, own };
    }

    /** Puts a kept release in place again: by a rollback by hand, or by Restore. */
    async function putAgain(again: Release) {
        const row = await deploymentAt(workshop, "deploying", {
            commitSha: again.commitSha,
            previousDeploymentId: again.deploymentId,
            phase: "previewing",
        });
        return goOn(row, again);
    }
    const ran = (...ids: readonly string[]) => ids.map((id) => ({ id, name: `machine ${id}`, state: "done" as const }));
    return { ...workshop, steps, plans, snapshots, failing, taken, deploy, goOn, dieAt, putAgain, ran };
}

function planOf(planned: Plan["release"]): Plan {
    const filesInput = { stackDirectory: "", source: "", files: [], override: "", previous: [], replacedDirectory: "" };
    return {
        stackDirectory: "",
        services: { services: [], removed: [], removeFirst: [], stopFirst: [], conflicts: [] },
        broughtAlong: new Set(),
        imageTags: [],
        tied: new Set(),
        files: { written: [], removed: [], replaced: [], left: [], obstacles: [] },
        filesInput,
        wanted: [],
        release: planned,
    };
}

describe("a deployment to two machines", () => {
    it("is planned on both before anything is touched, then goes on one after the other", async () => {
        const { deploy, steps, ran } = await open();

        expect(await deploy()).toMatchObject({ status: "successful", machines: ran("a", "b") });
        expect(steps).toEqual([
            ...["a hold", "b hold", "a plan c", "b plan c"],
            ...["a apply c", "a verify c", "b apply c", "b verify c", "a release", "b release"],
        ]);
    });

    it("touches neither where it cannot be planned on the second", async () => {
        const { deploy, steps, failing } = await open();
        failing.set("b plan", [new DeploymentFailure("port_taken", "8080 is taken")]);

        await expect(deploy()).rejects.toMatchObject({ errorCode: "port_taken" });
        expect(steps).toEqual(["a hold", "b hold", "a plan c", "b plan c", "a release", "b release"]);
    });

    it("is taken back on both where the second is not healthy, the second first", async () => {
        const workshop = await open();
        const { deploy, steps, failing, deployments, ran } = workshop;
        await liveDeployment(workshop, { machines: ran("a", "b") });
        failing.set("b verify", [sick]);

        const ended = await deploy();

        expect(ended).toMatchObject({ status: "rolled_back", errorCode: "unhealthy" });
        expect(ended?.machines.map(({ state }) => state)).toEqual(["restored", "restored"]);
        expect(steps.slice(8)).toEqual([
            ...["b wait", "b plan b", "b apply b", "b verify b"],
            ...["a wait", "a plan b", "a apply b", "a verify b", "a release", "b release"],
        ]);
        const live = await deployments.findLive("shop");
        expect(live).toMatchObject({ rollbackOf: ended?.id, machines: ran("a", "b") });
    });

    it("does not go to the second where the first fails", async () => {
        const workshop = await open();
        const { deploy, steps, failing, ran } = workshop;
        await liveDeployment(workshop, { machines: ran("a", "b") });
        failing.set("a apply", [sick]);

        const ended = await deploy();

        expect(ended).toMatchObject({ status: "rolled_back" });
        expect(ended?.machines.map(({ state }) => state)).toEqual(["restored", "waiting"]);
        expect(steps.filter((step) => step.startsWith("b"))).toEqual(["b hold", "b plan c", "b release"]);
    });

    it("stops what is new on a machine that had nothing, and restores the other", async () => {
        const workshop = await open();
        const { deploy, steps, failing, ran, deployments } = workshop;
        await liveDeployment(workshop, { machines: ran("a") });
        failing.set("b verify", [sick]);

        expect(await deploy()).toMatchObject({ status: "rolled_back" });
        expect(steps.slice(8, 10)).toEqual(["b wait", "b stop"]);
        expect((await deployments.findLive("shop"))?.machines).toEqual(ran("a"));
    });

    it("restores the other also where one cannot be restored, and is loud about it", async () => {
        const workshop = await open();
        const { deploy, steps, failing, ran } = workshop;
        await liveDeployment(workshop, { machines: ran("a", "b") });
        failing.set("b verify", [sick, sick]);

        expect(await deploy()).toMatchObject({ status: "failed", errorCode: "rollback_failed" });
        expect(steps).toContain("a verify b");
    });

    it("goes on where a connection broke, after looking at what is there", async () => {
        const { deploy, steps, failing } = await open();
        failing.set("a apply", [lost]);

        expect(await deploy()).toMatchObject({ status: "successful" });
        expect(steps.slice(4, 9)).toEqual(["a apply c", "a wait", "a plan c", "a apply c", "a verify c"]);
    });

    it("is taken back where the machine does not come back in time", async () => {
        const workshop = await open();
        const { deploy, failing, ran } = workshop;
        await liveDeployment(workshop, { machines: ran("a", "b") });
        failing.set("a apply", [lost, lost, lost]);

        expect(await deploy()).toMatchObject({ status: "rolled_back", errorCode: "remote_unavailable" });
    });

    it("is left to another server that has taken it over", async () => {
        const workshop = await open();
        const { deploy, steps, taken, ran, failing } = workshop;
        await liveDeployment(workshop, { machines: ran("a", "b") });
        const busy = new DeploymentFailure("target_busy", "another server has taken this stack over.");
        failing.set("a apply", [busy]);
        taken.forEach((controller) => controller.abort(busy));

        expect(await deploy()).toMatchObject({ status: "failed", errorCode: "target_busy" });
        expect(steps.at(-3)).toBe("a apply c");
    });
});

const nothing = release({ deploymentId: "none" });

describe("what machines ran before", () => {
    it("is each one's own, and so is what a rollback leaves", async () => {
        const workshop = await open();
        const { deploy, snapshots, plans, failing, deployments } = workshop;
        snapshots.set("a", nothing);
        snapshots.set("b", nothing);
        failing.set("b verify", [sick]);

        expect(await deploy()).toMatchObject({ status: "rolled_back" });

        const [a, b] = [snapshots.get("a")?.deploymentId, snapshots.get("b")?.deploymentId];
        expect(plans.slice(2)).toEqual([`b ${b}`, `a ${a}`]);
        const live = await deployments.findLive("shop");
        expect(live?.machines.map(({ id, releaseId }) => [id, releaseId])).toEqual([
            ["a", undefined],
            ["b", b],
        ]);
        expect(live?.previousDeploymentId).toBe(a);

        // The next one that fails goes back to the same.
        plans.length = 0;
        failing.set("b verify", [sick]);
        expect(await deploy()).toMatchObject({ status: "rolled_back" });
        expect(plans.slice(2)).toEqual([`b ${b}`, `a ${a}`]);
    });

    it("is known also after a crash while the second was applied to", async () => {
        const workshop = await open();
        const { dieAt, goOn, snapshots, plans, failing, steps } = workshop;
        snapshots.set("a", nothing);
        snapshots.set("b", nothing);
        const { record, own } = await dieAt("b apply");
        const [a, b] = [snapshots.get("a")?.deploymentId, snapshots.get("b")?.deploymentId];
        plans.length = 0;
        failing.set("b verify", [sick]);

        expect(await goOn(record, own)).toMatchObject({ status: "rolled_back" });

        expect(plans.slice(2)).toEqual([`b ${b}`, `a ${a}`]);
        expect(steps.filter((step) => step.endsWith("stop"))).toEqual([]);
    });

    it("does not become what is live while another release is", async () => {
        const workshop = await open();
        const { deploy, snapshots, failing, deployments, ran } = workshop;
        const live = await liveDeployment(workshop, { machines: ran("a") });
        snapshots.set("b", nothing);
        failing.set("b plan", [new DeploymentFailure("port_taken", "8080 is taken")]);

        await expect(deploy()).rejects.toMatchObject({ errorCode: "port_taken" });
        expect((await deployments.findLive("shop"))?.id).toBe(live.id);

        failing.set("b verify", [sick]);
        expect(await deploy()).toMatchObject({ status: "rolled_back" });
        const rolledBack = await deployments.findLive("shop");
        expect(rolledBack?.previousDeploymentId).toBe(live.id);
        expect(rolledBack?.machines.map(({ releaseId }) => releaseId)).toEqual([
            undefined,
            snapshots.get("b")?.deploymentId,
        ]);
    });

    it("is restored on each by Restore, and stays each one's own", async () => {
        const workshop = await open();
        const { deploy, putAgain, snapshots, plans, failing, deployments, releases, ran } = workshop;
        const live = await liveDeployment(workshop, { machines: ran("a") });
        snapshots.set("b", nothing);
        failing.set("b verify", [sick]);
        await deploy();
        const b = snapshots.get("b")?.deploymentId;
        plans.length = 0;

        const kept = await releases.find(live.id);
        expect(await putAgain(kept ?? nothing)).toMatchObject({ status: "successful" });

        expect(plans).toEqual([`a ${live.id}`, `b ${b}`]);
        expect((await deployments.findLive("shop"))?.machines[1]).toMatchObject({ id: "b", releaseId: b });
    });

    it("is not put on another one", async () => {
        const workshop = await open();
        const { deploy, putAgain, snapshots, steps } = workshop;
        snapshots.set("a", nothing);
        await deploy();
        steps.length = 0;

        await expect(putAgain(snapshots.get("a") ?? nothing)).rejects.toMatchObject({ errorCode: "not_supported" });
        expect(steps.filter((step) => /plan|apply/.test(step))).toEqual([]);
    });
});

describe("a deployment to two machines after a crash", () => {
    it("ends what it had begun there, before it goes on", async () => {
        const { dieAt, goOn, steps } = await open();
        const { record, own } = await dieAt("a apply");

        expect(await goOn(record, own)).toMatchObject({ status: "successful" });
        expect(steps.slice(0, 6)).toEqual([
            ...["a wait", "a hold", "a end orphans"],
            ...["b wait", "b hold", "b end orphans"],
        ]);
    });

    it("ends the rollback's row, too, where a machine cannot be had", async () => {
        const workshop = await open();
        const { goOn, failing, deployments, ran } = workshop;
        const live = await liveDeployment(workshop, { machines: ran("a", "b") });
        const record = await deploymentAt(workshop, "deploying", { phase: "rolling_back", machines: ran("a", "b") });
        const rollback = await deploymentAt(workshop, "deploying", {
            rollbackOf: record.id,
            previousDeploymentId: live.id,
        });
        failing.set("b hold", [lost]);

        await expect(goOn(record, release({ deploymentId: record.id }))).rejects.toMatchObject({
            errorCode: "remote_unavailable",
            message: matching(/was lost\. What was begun on machine b may be half done/),
        });
        expect(await deployments.find(rollback.id)).toMatchObject({
            status: "failed",
            errorCode: "remote_unavailable",
        });
    });
});

describe("what cannot be stopped", () => {
    it("does not hide why the first deployment failed", async () => {
        const { deploy, failing } = await open();
        failing.set("a verify", [sick]);
        failing.set("a stop", [lost]);

        expect(await deploy()).toMatchObject({ status: "failed", errorCode: "unhealthy", error: sick.message });
    });
});
