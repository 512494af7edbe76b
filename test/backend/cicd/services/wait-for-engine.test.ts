import { describe, expect, it } from "vitest";
import { AppError } from "../../../../common/errors.ts";
import { waitForEngine } from "../../../../backend/cicd/services/wait-for-engine.ts";
import { createRushingClock } from "../../../support/rushing-clock.ts";
import { beginRun, deploymentAt, openWorkshop } from "../../../support/workshop.ts";

async function open(ping: () => Promise<{ version: string }>) {
    const workshop = await openWorkshop();
    const run = await beginRun(workshop, await deploymentAt(workshop, "deploying"));
    const clock = createRushingClock();
    return { ...workshop, run, clock, wait: () => waitForEngine({ engine: { ping }, clock }, run) };
}

function away(): Promise<never> {
    return Promise.reject(new AppError("unavailable", "away"));
}

describe("waiting for the engine", () => {
    it("takes no time where it answers", async () => {
        const { wait, clock, logs, run } = await open(async () => ({ version: "26" }));

        await wait();

        expect(clock.passed()).toBe(0);
        expect(logs.texts(run.id)).toEqual([]);
    });

    it("ends when it is back, and has been said once", async () => {
        let calls = 0;
        const { wait, clock, logs, run } = await open(() =>
            ++calls < 4 ? away() : Promise.resolve({ version: "26" }),
        );

        await wait();

        expect(clock.passed()).toBe(1500);
        expect(logs.texts(run.id)).toHaveLength(1);
    });

    it("goes on after a minute, so that what comes next says what is wrong", async () => {
        const { wait, clock } = await open(away);

        await wait();

        expect(clock.passed()).toBe(60_000);
    });

    it("does not hide other errors", async () => {
        const { wait } = await open(() => Promise.reject(new Error("a bug")));

        await expect(wait()).rejects.toThrow("a bug");
    });
});
