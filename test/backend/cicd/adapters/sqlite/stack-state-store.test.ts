import { expect, it } from "vitest";
import { createStackStateStore } from "../../../../../backend/cicd/adapters/sqlite/stack-state-store.ts";
import { createTestClock } from "../../../../support/clock.ts";
import { openTestDatabase } from "../../../../support/database.ts";

const pin = { deploymentId: "d1", by: "anna", at: "2026-01-31T12:00:00.000Z" };

it("a stack's pin is kept beside whether it was stopped, and neither changes the other", async () => {
    const states = createStackStateStore({ database: await openTestDatabase(), clock: createTestClock() });
    expect(await states.findPin("web")).toBeUndefined();

    await states.setPin("web", pin);
    expect(await states.findPin("web")).toEqual(pin);
    expect(await states.findPin("shop")).toBeUndefined();
    expect(await states.isStopped("web")).toBe(false);

    await states.setStopped("web", true);
    expect(await states.findPin("web")).toEqual(pin);
    await states.setPin("web", { ...pin, deploymentId: "d2", by: "bob" });
    expect(await states.findPin("web")).toMatchObject({ deploymentId: "d2", by: "bob" });
    expect(await states.isStopped("web")).toBe(true);

    await states.setPin("web", undefined);
    expect(await states.findPin("web")).toBeUndefined();
    expect(await states.isStopped("web")).toBe(true);
});
