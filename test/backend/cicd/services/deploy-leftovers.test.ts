import { expect, it } from "vitest";
import { createDeploy } from "../../../../backend/cicd/services/deploy.ts";
import { connect, deploymentAt, openWorkshop } from "../../../support/workshop.ts";

it("a build that ends, however it does, leaves no process that its commands have put into the background", async () => {
    const workshop = await openWorkshop();
    await connect(workshop);
    const record = await deploymentAt(workshop, "pending");
    const steps: string[] = [];
    const deploy = createDeploy({
        ...workshop,
        target: {
            ...workshop.target,
            async endOrphans(id) {
                steps.push(`end processes of ${id}`);
                return 2;
            },
        },
        buildRelease: () => Promise.reject(new Error("the build fails")),
        putLive: async () => undefined,
        rebuildMissing: async (_run, kept) => kept,
        cleanUp: async () => void steps.push("clean up"),
    });

    await deploy(record, new AbortController().signal);

    expect(steps).toEqual([`end processes of ${record.id}`, "clean up"]);
    expect(workshop.logs.texts(record.id)).toContain("Ended 2 process(es) that the build had left running.");
});
