import { describe, expect, it } from "vitest";
import type { Caller } from "../../../../backend/cicd/core/host.ts";
import { rollBackTo } from "../../../../backend/cicd/services/roll-back-to.ts";
import { deploymentAt, liveDeployment, openWorkshop } from "../../../support/workshop.ts";

const anna: Caller = { username: "anna", via: "login", rights: ["deploy"] };
const bot: Caller = { username: "bot", via: "token", rights: ["deploy"] };

async function open() {
    const workshop = await openWorkshop();
    let wakes = 0;
    const ports = { ...workshop, wake: () => void (wakes += 1) };
    const rollBack = (id: string, caller = anna) => rollBackTo(ports, { id, caller });
    return { ...workshop, rollBack, wakes: () => wakes };
}

describe("rolling back by hand", () => {
    it("queues a deployment of the earlier release, with what is known of its commit", async () => {
        const { rollBack, wakes, ...workshop } = await open();
        const fields = { commitMessage: "Good", commitAuthor: "Ada", branch: "release", tag: "v1" };
        const first = await liveDeployment(workshop, fields);
        await liveDeployment(workshop, { commitSha: "d".repeat(40) });

        const rollback = await rollBack(first.id);

        expect(rollback).toMatchObject({
            ...fields,
            status: "pending",
            commitSha: first.commitSha,
            previousDeploymentId: first.id,
            triggeredBy: "manual",
            triggeredByUser: "anna",
        });
        expect(rollback.rollbackOf).toBeUndefined();
        expect(workshop.announced).toEqual([rollback]);
        expect(wakes()).toBe(1);
        expect(await workshop.deployments.claim("server", 30)).toMatchObject({ id: rollback.id });
    });

    it("by a token is triggered by the API", async () => {
        const { rollBack, ...workshop } = await open();
        const first = await liveDeployment(workshop);
        await liveDeployment(workshop);

        expect(await rollBack(first.id, bot)).toMatchObject({ triggeredBy: "api", triggeredByUser: "bot" });
    });

    it("twice answers the one that waits", async () => {
        const { rollBack, ...workshop } = await open();
        const first = await liveDeployment(workshop);
        await liveDeployment(workshop);
        const waiting = await rollBack(first.id);

        expect((await rollBack(first.id)).id).toBe(waiting.id);
    });

    it("to what was itself a rollback takes the release that it restored", async () => {
        const { rollBack, ...workshop } = await open();
        const first = await liveDeployment(workshop);
        const back = await deploymentAt(workshop, "successful", { previousDeploymentId: first.id });
        await liveDeployment(workshop);

        expect(await rollBack(back.id)).toMatchObject({ previousDeploymentId: first.id });
    });

    it("to what is live is refused, also where a rollback made it so", async () => {
        const { rollBack, ...workshop } = await open();
        const first = await liveDeployment(workshop);
        await expect(rollBack(first.id)).rejects.toMatchObject({ code: "conflict" });
        await liveDeployment(workshop);
        await deploymentAt(workshop, "successful", { previousDeploymentId: first.id });

        await expect(rollBack(first.id)).rejects.toMatchObject({ code: "conflict" });
    });

    it("to one whose release is gone, or that failed, is refused", async () => {
        const { rollBack, ...workshop } = await open();
        const gone = await liveDeployment(workshop);
        await workshop.releases.remove(gone.id);
        const failed = await deploymentAt(workshop, "failed");
        await liveDeployment(workshop);

        await expect(rollBack(gone.id)).rejects.toMatchObject({ code: "conflict" });
        await expect(rollBack(failed.id)).rejects.toMatchObject({ code: "conflict" });
        await expect(rollBack("nope")).rejects.toMatchObject({ code: "not_found" });
    });
});
