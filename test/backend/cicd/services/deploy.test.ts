import { describe, expect, it } from "vitest";
import type { NewDeployment } from "../../../../backend/cicd/core/deployment.ts";
import { DeploymentFailure } from "../../../../backend/cicd/core/failure.ts";
import { createDeploy, type DeployPorts } from "../../../../backend/cicd/services/deploy.ts";
import { AppError } from "../../../../common/errors.ts";
import type { DeploymentPhase, DeploymentStatus } from "../../../../common/schema/deployment.ts";
import { containing } from "../../../support/containing.ts";
import { until } from "../../../support/until.ts";
import { connect, deploymentAt, openWorkshop, release } from "../../../support/workshop.ts";

const never = new AbortController().signal;

async function open(given: Partial<DeployPorts> = {}) {
    const workshop = await openWorkshop();
    const steps: string[] = [];
    const deploy = createDeploy({
        ...workshop,
        async buildRelease(run) {
            steps.push(`build ${run.record.status} ${run.record.phase}`);
            return release({ deploymentId: run.id });
        },
        async putLive(run, { deploymentId }) {
            steps.push(`put live ${deploymentId}`);
            await run.become(run.record.status === "building" ? "deploying" : "successful", "applying");
            if (run.record.status === "deploying") {
                await run.become("successful", "done");
            }
        },
        rebuildMissing: async (_run, kept) => kept,
        cleanUp: async () => void steps.push("clean up"),
        ...given,
    });
    async function run(
        status: DeploymentStatus,
        fields: Partial<NewDeployment> & { phase?: DeploymentPhase } = {},
        signal = never,
    ) {
        const record = await deploymentAt(workshop, status, fields);
        await deploy(record, signal);
        return (await workshop.deployments.find(record.id)) ?? record;
    }
    return { ...workshop, steps, deploy, run };
}

describe("a deployment", () => {
    it("is built, cleaned up after and put live, and its log is closed with its tail in the row", async () => {
        const { run, steps, logs, ...workshop } = await open();
        await connect(workshop);

        const ended = await run("pending");

        expect(ended).toMatchObject({ status: "successful", phase: "done" });
        expect(steps).toEqual(["build building fetching", "clean up", `put live ${ended.id}`]);
        expect(ended.phases[0]?.phase).toBe("fetching");
        expect(logs.closed.has(ended.id)).toBe(true);
    });

    it("of an earlier release builds nothing", async () => {
        const { run, steps, releases, stackDirectory, ...workshop } = await open();
        await connect(workshop);
        await releases.save(release({ deploymentId: "d0" }), stackDirectory);

        const ended = await run("pending", { previousDeploymentId: "d0" });

        expect(ended.status).toBe("successful");
        expect(steps).toEqual(["clean up", "put live d0"]);
    });

    it("of an earlier release that is not kept any more fails, with the way out", async () => {
        const { run, ...workshop } = await open();
        await connect(workshop);

        const ended = await run("pending", { previousDeploymentId: "d0" });

        expect(ended).toMatchObject({
            status: "failed",
            errorCode: "release_missing",
            error: containing("Deploy its commit"),
        });
    });

    it("holds the stack's lock from its start to its end", async () => {
        const { run, host, steps, ...workshop } = await open();
        await connect(workshop);
        const user = await host.lock.acquire("shop", "a user's restart", never);

        const running = run("pending");
        await until(async () => (await workshop.deployments.listActive("shop")).length === 1);
        expect(steps).toEqual([]);
        user.release();

        expect(await running).toMatchObject({ status: "successful" });
        expect(host.lock.tryAcquire("shop", "again")).toHaveProperty("release");
    });

    it("that is cancelled while it waits for the lock ends at once", async () => {
        const { run, host, steps, ...workshop } = await open();
        await connect(workshop);
        await host.lock.acquire("shop", "a user's restart", never);
        const asked = AbortSignal.abort(new DeploymentFailure("cancelled", "Cancelled by anna."));

        expect(await run("pending", {}, asked)).toMatchObject({ status: "cancelled", error: "Cancelled by anna." });
        expect(steps).toEqual([]);
    });

    it("of a stack that was disconnected meanwhile fails", async () => {
        const { run } = await open();

        const ended = await run("pending");

        expect(ended).toMatchObject({ status: "failed", errorCode: "interrupted", error: containing("disconnected") });
    });
});

describe("the end of a deployment that fails", () => {
    it.each([
        [new DeploymentFailure("build_failed", "The build failed: no."), "failed", "build_failed"],
        [new DeploymentFailure("no_change", "Nothing changed."), "cancelled", "no_change"],
        [new DeploymentFailure("superseded", "Superseded."), "cancelled", "superseded"],
        [new AppError("unauthorized", "git: no", { details: { errorCode: "auth_failed" } }), "failed", "auth_failed"],
        [Object.assign(new Error("write"), { code: "ENOSPC" }), "failed", "disk_full"],
        [new TypeError("x is undefined"), "failed", "internal"],
    ] as const)("by %s is %s with the code %s", async (error, status, errorCode) => {
        const { run, ...workshop } = await open({ buildRelease: () => Promise.reject(error) });
        await connect(workshop);

        const ended = await run("pending");

        expect(ended).toMatchObject({ status, errorCode, phase: "done" });
        expect(ended.completedAt).toBeDefined();
        expect(ended.error).not.toContain("x is undefined");
        expect(workshop.errors).toHaveLength(errorCode === "internal" ? 1 : 0);
        expect(workshop.logs.texts(ended.id)).toContain(ended.error);
    });

    it("never shows a secret", async () => {
        const { run, ...workshop } = await open({
            buildRelease: () => Promise.reject(new DeploymentFailure("build_failed", "denied: hunter2-hunter2")),
        });
        await connect(workshop, {
            environmentVariables: [{ name: "PASSWORD", value: "hunter2-hunter2", secret: true }],
        });

        const ended = await run("pending");

        expect(ended.error).toBe("denied: ***");
        expect(workshop.logs.texts(ended.id).join()).not.toContain("hunter2");
    });

    it("is not changed by what cleaning up says", async () => {
        const { run, errors, ...workshop } = await open({ cleanUp: () => Promise.reject(new Error("EACCES")) });
        await connect(workshop);

        expect(await run("pending")).toMatchObject({ status: "successful" });
        expect(errors).toHaveLength(1);
    });

    it("is kept where another wrote it: superseded at the moment of its claim", async () => {
        const { deploy, deployments, errors, ...workshop } = await open();
        await connect(workshop);
        const record = await deploymentAt({ deployments }, "pending");
        await deployments.transition(record.id, "pending", "cancelled", {
            errorCode: "superseded",
            error: "Superseded.",
        });

        await deploy(record, never);

        expect(await deployments.find(record.id)).toMatchObject({ status: "cancelled", errorCode: "superseded" });
        expect(errors).toEqual([]);
    });

    it("that cannot be written down is told to the worker", async () => {
        const { deploy, deployments, database, ...workshop } = await open({
            buildRelease: async () => {
                await database.knex.schema.renameTable("deployments", "away");
                throw new DeploymentFailure("build_failed", "The build failed.");
            },
        });
        await connect(workshop);
        const record = await deploymentAt({ deployments }, "pending");

        await expect(deploy(record, never)).rejects.toThrow();

        await database.knex.schema.renameTable("away", "deployments");
        expect(await deployments.find(record.id)).toMatchObject({ status: "building" });
    });
});

describe("a log that cannot be opened", () => {
    it("does not keep a deployment from its end", async () => {
        const { run, logs, errors, ...workshop } = await open();
        await connect(workshop);
        logs.failure = Object.assign(new Error("no space"), { code: "ENOSPC" });

        expect(await run("pending")).toMatchObject({ status: "successful" });
        expect(errors).toHaveLength(1);
    });
});

describe("secrets that cannot be read", () => {
    it("fail the deployment rather than leaving it waiting for ever", async () => {
        const workshop = await openWorkshop();
        const findByStack = (): Promise<never> => Promise.reject(new Error("wrong key"));
        const { run, errors } = await open({ repositories: { ...workshop.repositories, findByStack } });

        expect(await run("pending")).toMatchObject({ status: "failed", errorCode: "internal" });
        expect(errors).toEqual([new Error("wrong key")]);
    });
});

describe("a shutdown", () => {
    it.each(["pending", "building", "deploying"] as const)(
        "leaves a deployment that is %s as it is",
        async (status) => {
            const asked = AbortSignal.abort(new DeploymentFailure("interrupted", "The server is shutting down."));
            const interrupt = async (): Promise<never> => {
                asked.throwIfAborted();
                throw new Error("not asked to end");
            };
            const workshop = await open({ buildRelease: interrupt, putLive: interrupt });
            await connect(workshop);
            const record = await deploymentAt(workshop, status);
            await workshop.releases.save(release({ deploymentId: record.id }), workshop.stackDirectory);

            await workshop.deploy(record, asked);

            const left = await workshop.deployments.find(record.id);
            expect(left).toMatchObject({ status, phase: record.phase });
            expect(left?.completedAt).toBeUndefined();
        },
    );
});

describe("going on after a crash", () => {
    it("builds again what was building, and ends what was left over", async () => {
        const { run, target, steps, logs, ...workshop } = await open();
        await connect(workshop);
        target.orphans = 2;

        const ended = await run("building", { phase: "fetching" });

        expect(ended.status).toBe("successful");
        expect(steps[0]).toBe("build building fetching");
        expect(logs.texts(ended.id)).toEqual([containing("restarted"), "Ended 2 process(es) that were left over."]);
    });

    it("goes on with the release of what was applying, also when a cancel was asked for: to be restored", async () => {
        const { deploy, deployments, steps, releases, stackDirectory, ...workshop } = await open();
        await connect(workshop);
        const record = await deploymentAt({ deployments }, "deploying", { phase: "applying" });
        await releases.save(release({ deploymentId: record.id }), stackDirectory);

        await deploy(record, AbortSignal.abort(new DeploymentFailure("cancelled", "Cancelled by anna.")));

        expect(steps).toContain(`put live ${record.id}`);
    });
});
