import { describe, expect, it } from "vitest";
import type { Caller } from "../../../../backend/cicd/core/host.ts";
import { cancelDeployment } from "../../../../backend/cicd/services/cancel-deployment.ts";
import { createRunningDeployments } from "../../../../backend/cicd/services/running-deployments.ts";
import { containing } from "../../../support/containing.ts";
import { deploymentAt, openWorkshop } from "../../../support/workshop.ts";

const caller: Caller = { username: "anna", via: "login", rights: ["deploy"] };

async function open() {
    const workshop = await openWorkshop();
    const running = createRunningDeployments();
    const ports = { ...workshop, running };
    return { ...ports, cancel: (id: string) => cancelDeployment(ports, { id, caller }) };
}

describe("cancelling", () => {
    it("ends what waits at once, and tells it", async () => {
        const { cancel, announced, ...workshop } = await open();
        const { id } = await deploymentAt(workshop, "pending");

        const ended = await cancel(id);

        expect(ended).toMatchObject({
            status: "cancelled",
            phase: "done",
            errorCode: "cancelled",
            error: "Cancelled by anna.",
        });
        expect(announced).toEqual([ended]);
        expect(await workshop.deployments.claim("server", 30)).toBeUndefined();
    });

    it.each(["building", "deploying"] as const)("asks what is %s to end, and leaves its row to it", async (status) => {
        const { cancel, running, ...workshop } = await open();
        const { id } = await deploymentAt(workshop, status);
        const signal = running.begin(id);

        const asked = await cancel(id);

        expect(asked).toMatchObject({ status, cancelReason: "Cancelled by anna." });
        expect(asked.cancelRequestedAt).toBeDefined();
        expect(signal.reason).toMatchObject({ errorCode: "cancelled", message: "Cancelled by anna." });
    });

    it("twice keeps the first reason", async () => {
        const { cancel, running, ...workshop } = await open();
        const { id } = await deploymentAt(workshop, "building");
        running.begin(id);
        await workshop.deployments.requestCancel(id, "Cancelled by bert.");

        expect(await cancel(id)).toMatchObject({ cancelReason: "Cancelled by bert." });
    });

    it("leaves what was claimed a moment ago to its run, with the request in its row", async () => {
        const { cancel, ...workshop } = await open();
        const { id } = await deploymentAt(workshop, "pending");
        await workshop.deployments.claim("server", 30);

        expect(await cancel(id)).toMatchObject({ status: "pending", cancelReason: "Cancelled by anna." });
    });

    it.each(["successful", "failed", "rolled_back", "cancelled"] as const)("refuses what is %s", async (status) => {
        const { cancel, ...workshop } = await open();
        const { id } = await deploymentAt(workshop, status);

        await expect(cancel(id)).rejects.toMatchObject({ code: "conflict", message: containing(status) });
    });

    it.each(["pending", "deploying"] as const)("refuses an automatic rollback that is %s", async (status) => {
        const { cancel, ...workshop } = await open();
        const failed = await deploymentAt(workshop, "deploying");
        const { id } = await deploymentAt(workshop, status, { rollbackOf: failed.id, previousDeploymentId: "d1" });

        await expect(cancel(id)).rejects.toMatchObject({ code: "conflict" });

        expect(await workshop.deployments.find(id)).toMatchObject({ status });
    });

    it("ends a rollback by hand that waits", async () => {
        const { cancel, ...workshop } = await open();
        const { id } = await deploymentAt(workshop, "pending", { previousDeploymentId: "d1" });

        expect(await cancel(id)).toMatchObject({ status: "cancelled" });
    });

    it("says that there is none with an unknown id", async () => {
        const { cancel } = await open();

        await expect(cancel("nope")).rejects.toMatchObject({ code: "not_found", message: containing("nope") });
    });
});
