import { expect, it } from "vitest";
import { withChanges } from "../../../../backend/cicd/services/triggers.ts";
import { newBuildConfig, newRepository } from "../../../support/records.ts";
import { openWorkshop } from "../../../support/workshop.ts";

it("whoever saves or removes a repository or build configuration, it is told", async () => {
    const told: string[] = [];
    const { repositories, buildConfigs } = withChanges(await openWorkshop(), (stack) => void told.push(stack));

    const { id } = await repositories.save(newRepository({ stackId: "a" }));
    await buildConfigs.save(newBuildConfig({ stackId: "b", repositoryId: id }));
    await repositories.markPolled(id, { error: "no answer" });
    await buildConfigs.delete("c");
    await repositories.delete("d");

    expect(told).toEqual(["a", "b", "c", "d"]);
    expect((await repositories.find(id))?.lastPollError).toBe("no answer");
});
