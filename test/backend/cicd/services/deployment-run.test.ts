import { expect, it } from "vitest";
import { createDeploy } from "../../../../backend/cicd/services/deploy.ts";
import { DeploymentFailure } from "../../../../backend/cicd/core/failure.ts";
import { connect, deploymentAt, openWorkshop } from "../../../support/workshop.ts";

it("a deployment's error stays short, whatever a builder had to say", async () => {
    const workshop = await openWorkshop();
    await connect(workshop);
    const record = await deploymentAt(workshop, "pending");
    const deploy = createDeploy({
        ...workshop,
        buildRelease: () =>
            Promise.reject(new DeploymentFailure("build_failed", `It failed: ${"x".repeat(1_000_000)}`)),
        putLive: async () => undefined,
        rebuildMissing: async (_run, kept) => kept,
        cleanUp: async () => undefined,
    });

    await deploy(record, new AbortController().signal);

    const ended = await workshop.deployments.find(record.id);
    expect(ended).toMatchObject({ status: "failed", errorCode: "build_failed" });
    expect(ended?.error?.length).toBeLessThan(2100);
});
