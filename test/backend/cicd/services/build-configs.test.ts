import { describe, expect, it } from "vitest";
import { BuildConfigInput } from "../../../../common/schema/build-config.ts";
import { containing } from "../../../support/containing.ts";
import { admin, createEdge, reader } from "../../../support/edge.ts";
import { newRepository } from "../../../support/records.ts";

async function open() {
    const edge = await createEdge();
    await edge.stores.repositories.save(newRepository({ stackId: "shop" }));
    const save = (input: object, caller = admin) =>
        edge.services.saveBuildConfig({ stack: "shop", input: BuildConfigInput.parse(input), caller });
    return { ...edge, save };
}

describe("a build configuration with rules", () => {
    it.each(["autoDeployBranches", "autoDeployTags"])("refuses one of %s that it could never try", async (field) => {
        const { save } = await open();

        await expect(save({ [field]: ["v.*", "v\\d+(\\.\\d+)*"] })).rejects.toMatchObject({
            code: "invalid",
            message: containing(`${field}.1: "v\\d+(\\.\\d+)*" may take endless time`),
        });
        expect(await save({ [field]: ["v\\d+\\.\\d+\\.\\d+", "release/.*", "v[0-9.]+"] })).toBeDefined();
    });
});

describe("the engine's socket for jobs", () => {
    const editor = { ...reader, rights: ["edit"] as const };

    it("is switched on by admins alone; others may leave it on, or switch it off", async () => {
        const { save } = await open();
        const on = { pipelineEngineSocket: true };

        await expect(save(on, editor)).rejects.toMatchObject({
            code: "forbidden",
            message: containing("pipelineEngineSocket: jobs that hold the engine's socket are root on this machine"),
        });
        await save(on);
        expect(await save({ ...on, timeout: 900 }, editor)).toMatchObject({ timeout: 900, pipelineEngineSocket: true });
        expect(await save({}, editor)).toMatchObject({ pipelineEngineSocket: false });
        await expect(save(on, editor)).rejects.toMatchObject({ code: "forbidden" });
    });
});

describe("a build configuration with a schedule", () => {
    it("says when it comes next, in its time zone", async () => {
        const { save, services } = await open();

        const saved = await save({ schedule: "0 3 * * *", scheduleTimeZone: "Europe/Berlin" });

        expect(saved.nextScheduledAt).toBe("2026-02-01T02:00:00.000Z");
        expect(await services.findBuildConfig("shop")).toEqual(saved);
    });

    it.each([{ schedule: null }, { schedule: " " }, { scheduleTimeZone: "UTC" }])(
        "has no next time: %j",
        async (input) => {
            const { save } = await open();

            expect((await save(input)).nextScheduledAt).toBeUndefined();
        },
    );

    it.each([
        [{ schedule: "61 * * * *" }, "schedule:"],
        [{ schedule: "every night" }, "schedule:"],
        [{ schedule: "0 0 31 2 *" }, 'schedule: "0 0 31 2 *" never comes'],
        [{ schedule: "@daily", scheduleTimeZone: "Mars/Base" }, "scheduleTimeZone:"],
    ])("is refused where it cannot be read: %j", async (input, message) => {
        const { save, services } = await open();

        await expect(save(input)).rejects.toMatchObject({ code: "invalid", message: containing(message) });
        expect(await services.findBuildConfig("shop")).toBeUndefined();
    });

    it("is shown without a time where this machine does not know its zone", async () => {
        const { save, services, stores } = await open();
        await save({ schedule: "@daily" });
        const stored = await stores.buildConfigs.findByStack("shop");
        expect(stored).toBeDefined();
        await stores.buildConfigs.save({ ...stored!, scheduleTimeZone: "Mars/Base" });

        expect(await services.findBuildConfig("shop")).toMatchObject({ scheduleTimeZone: "Mars/Base" });
    });
});
