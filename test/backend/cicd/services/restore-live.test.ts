import { describe, expect, it } from "vitest";
import type { Caller } from "../../../../backend/cicd/core/host.ts";
import { restoreLive } from "../../../../backend/cicd/services/restore-live.ts";
import { connect, deploymentAt, liveDeployment, openWorkshop } from "../../../support/workshop.ts";

const anna: Caller = { username: "anna", via: "login", rights: ["deploy"] };

async function open() {
    const workshop = await openWorkshop();
    let wakes = 0;
    const ports = { ...workshop, wake: () => void (wakes += 1) };
    return {
        ...workshop,
        restore: (caller = anna) => restoreLive(ports, { stack: "shop", caller }),
        wakes: () => wakes,
    };
}

describe("restoring what is live", () => {
    it("queues a deployment of the live release", async () => {
        const { restore, wakes, ...workshop } = await open();
        await connect(workshop);
        const live = await liveDeployment(workshop, { commitMessage: "Good", tag: "v1" });

        const restored = await restore();

        expect(restored).toMatchObject({
            status: "pending",
            commitSha: live.commitSha,
            commitMessage: "Good",
            tag: "v1",
            previousDeploymentId: live.id,
            triggeredBy: "manual",
            triggeredByUser: "anna",
            note: "Restored what is live",
        });
        expect(workshop.announced).toEqual([restored]);
        expect(wakes()).toBe(1);
        expect((await restore({ ...anna, via: "token" })).id).toBe(restored.id);
    });

    it("of what a rollback made live takes the release that it restored", async () => {
        const { restore, ...workshop } = await open();
        await connect(workshop);
        const first = await liveDeployment(workshop);
        await deploymentAt(workshop, "successful", { previousDeploymentId: first.id });

        expect(await restore({ ...anna, via: "token" })).toMatchObject({
            previousDeploymentId: first.id,
            triggeredBy: "api",
        });
    });

    it("is refused while another deployment is active: it would take that one back", async () => {
        const { restore, ...workshop } = await open();
        await connect(workshop);
        await liveDeployment(workshop);
        await deploymentAt(workshop, "building");

        await expect(restore()).rejects.toMatchObject({ code: "conflict" });
    });

    it("needs a repository and something live", async () => {
        const { restore, ...workshop } = await open();
        await expect(restore()).rejects.toMatchObject({ code: "not_found" });
        await connect(workshop);
        await expect(restore()).rejects.toMatchObject({ code: "not_found" });
    });
});
