import { describe, expect, it } from "vitest";
import { AppError } from "../../../../common/errors.ts";
import { DeploymentFailure } from "../../../../backend/cicd/core/failure.ts";
import type { MachineSteps } from "../../../../backend/cicd/services/machine-steps.ts";
import type { Plan } from "../../../../backend/cicd/services/plan-release.ts";
import { createPutLive } from "../../../../backend/cicd/services/put-live.ts";
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
                return planOf(input.release);
            },
            apply: (_run, input) => step("apply", input.release.commitSha.slice(0, 1)),
            verify: (_run, plan) => step("verify", plan.release.commitSha.slice(0, 1)),
            waitForEngine: () => step("wait"),
            stopStack: () => step("stop"),
            snapshot: async () => undefined,
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
        const run = await beginRun(workshop, record);
        await putLive(run, own, connection);
        return workshop.deployments.find(record.id);
    }
    const ran = (...ids: readonly string[]) => ids.map((id) => ({ id, name: `machine ${id}`, state: "done" as const }));
    return { ...workshop, steps, failing, taken, deploy, ran };
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
