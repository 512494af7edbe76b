import { describe, expect, it } from "vitest";
import type { Caller } from "../../../../backend/cicd/core/host.ts";
import { createEnqueue } from "../../../../backend/cicd/services/enqueue-deployment.ts";
import { createRunningDeployments } from "../../../../backend/cicd/services/running-deployments.ts";
import { triggerDeployment } from "../../../../backend/cicd/services/trigger-deployment.ts";
import type { DeploymentRequest } from "../../../../common/schema/deployment.ts";
import { connect, openWorkshop } from "../../../support/workshop.ts";

const anna: Caller = { username: "anna", via: "login", rights: ["deploy"] };

async function open() {
    const workshop = await openWorkshop();
    const enqueue = createEnqueue({ ...workshop, running: createRunningDeployments(), wake: () => undefined });
    const trigger = (request: DeploymentRequest, caller = anna) =>
        triggerDeployment({ ...workshop, enqueue }, { stack: "shop", request, caller });
    return { ...workshop, trigger };
}

describe("asking for a deployment", () => {
    it.each([
        [{}, { branch: "main", tag: undefined, commitSha: "" }],
        [{ branch: "dev" }, { branch: "dev", tag: undefined, commitSha: "" }],
        [{ tag: "v1" }, { branch: "main", tag: "v1" }],
        [{ commit: "abc" }, { branch: "main", commitSha: "abc" }],
    ] as const)("with %j", async (request, made) => {
        const { trigger, ...workshop } = await open();
        await connect(workshop);

        expect(await trigger(request)).toMatchObject({ ...made, triggeredBy: "manual", triggeredByUser: "anna" });
    });

    it("by a token is one by the API", async () => {
        const { trigger, ...workshop } = await open();
        await connect(workshop);

        expect(await trigger({}, { ...anna, via: "token" })).toMatchObject({ triggeredBy: "api" });
    });

    it("twice for the same answers the same", async () => {
        const { trigger, ...workshop } = await open();
        await connect(workshop);
        const first = await trigger({});

        expect((await trigger({})).id).toBe(first.id);
    });

    it("of a branch and a tag at once, or of a stack that is not connected, is refused", async () => {
        const { trigger, ...workshop } = await open();
        await expect(trigger({})).rejects.toMatchObject({ code: "not_found" });
        await connect(workshop);

        await expect(trigger({ branch: "main", tag: "v1" })).rejects.toMatchObject({ code: "invalid" });
    });
});
