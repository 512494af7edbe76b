import { describe, expect, it } from "vitest";
import type { Variable } from "../../../../backend/cicd/core/build-config.ts";
import { createDeploy } from "../../../../backend/cicd/services/deploy.ts";
import { connect, deploymentAt, openWorkshop, release } from "../../../support/workshop.ts";

const secret = (value: string): Variable => ({ name: "TOKEN", value, secret: true });

describe("the log of a deployment", () => {
    it("hides the secrets of the releases it replaces and restores, not only those of today", async () => {
        const workshop = await openWorkshop();
        await connect(workshop, { environmentVariables: [secret("today-1")] });
        const { deployments, releases, stackDirectory, logs } = workshop;
        const old = await deploymentAt(workshop, "successful");
        const live = await deploymentAt(workshop, "successful");
        await releases.save(release({ deploymentId: old.id, variables: [secret("restored-2")] }), stackDirectory);
        await releases.save(release({ deploymentId: live.id, variables: [secret("running-3")] }), stackDirectory);
        const record = await deploymentAt(workshop, "pending", { previousDeploymentId: old.id });
        const deploy = createDeploy({
            ...workshop,
            buildRelease: async (run) => release({ deploymentId: run.id }),
            putLive: async (run) => run.say("today-1 restored-2 running-3"),
            rebuildMissing: async (_run, kept) => kept,
            cleanUp: async () => undefined,
        });

        await deploy(record, new AbortController().signal);

        expect((await deployments.find(record.id))?.status).toBe("deploying");
        expect(logs.texts(record.id)).toContain("*** *** ***");
    });
});
