import { expect, it } from "vitest";
import { containing } from "../../../support/containing.ts";
import { builtWeb, openPlannedStack, web } from "../../../support/planned-stack.ts";

const job = { ...web, labels: { "cicd.one-shot": "true" } };

it.each([
    ["no service at all", {}],
    ["only services that end by themselves", { web: job }],
    ["only services without containers", { web: { ...web, scale: 0, deploy: { replicas: 0 } } }],
])("a release with %s is refused before anything is touched", async (_, services) => {
    const { plan, save } = await openPlannedStack(services);
    const release = await save({ images: [builtWeb] });

    const message = containing("no service that keeps running");
    await expect(plan({ release })).rejects.toMatchObject({ errorCode: "compose_invalid", message });
});
