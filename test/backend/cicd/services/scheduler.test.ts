import { describe, expect, it, onTestFinished } from "vitest";
import { cronSchedules } from "../../../../backend/cicd/adapters/schedule/cron-schedules.ts";
import type { NewBuildConfig } from "../../../../backend/cicd/core/build-config.ts";
import { createScheduler } from "../../../../backend/cicd/services/scheduler.ts";
import { containing } from "../../../support/containing.ts";
import { openFollower, type Follower } from "../../../support/follower.ts";
import { newBuildConfig, newDeployment, newRepository } from "../../../support/records.ts";

const minute = 60;
const hour = 3600;

async function save({ repositories, buildConfigs }: Follower, config: Partial<NewBuildConfig>, stackId = "shop") {
    const repository = await repositories.save(newRepository({ stackId }));
    const given = { scheduleTimeZone: "UTC", ...config, stackId, repositoryId: repository.id };
    await buildConfigs.save(newBuildConfig(given));
}

/** A scheduler at work; `pass` lets time pass in steps, and lets it do what it does. */
function begin(follower: Follower) {
    const scheduler = createScheduler({ ...follower.ports, schedules: cronSchedules });
    scheduler.start();
    onTestFinished(() => scheduler.stop());
    async function settle(): Promise<void> {
        for (let turn = 0; turn < 50; turn++) {
            await new Promise((resolve) => setImmediate(resolve));
        }
    }
    async function pass(seconds: number, step = minute): Promise<void> {
        for (let passed = 0; passed < seconds; passed += step) {
            await settle();
            follower.clock.advance(step * 1000);
        }
        await settle();
    }
    return { scheduler, pass, settle };
}

async function finish({ deployments }: Follower): Promise<void> {
    for (const { id, status } of await deployments.listActive()) {
        await deployments.transition(id, status, "cancelled");
    }
}

describe("a schedule", () => {
    it("deploys the head of the branch at its time, and again the next", async () => {
        const follower = await openFollower();
        await save(follower, { schedule: "30 12 * * *" });
        const { pass } = begin(follower);

        await pass(29 * minute);
        expect(await follower.deployments.list("shop", 10)).toEqual([]);
        await pass(minute);
        expect(await follower.deployments.list("shop", 10)).toMatchObject([
            { triggeredBy: "scheduled", commitSha: "", branch: "main", status: "pending" },
        ]);
        await finish(follower);
        await pass(24 * hour, 300);
        expect(await follower.deployments.list("shop", 10)).toHaveLength(2);
    });

    it("has a time zone, and follows its clocks", async () => {
        const follower = await openFollower();
        follower.clock.advance(Date.parse("2026-03-28T12:00:00Z") - follower.clock.now().getTime());
        await save(follower, { schedule: "0 3 * * *", scheduleTimeZone: "Europe/Berlin" });
        const { pass } = begin(follower);
        const made: string[] = [];

        for (let day = 0; day < 2; day++) {
            await pass(24 * hour, 300);
            made.push((await follower.deployments.list("shop", 1))[0]?.createdAt ?? "");
            await finish(follower);
        }

        expect(made).toEqual(["2026-03-29T01:00:00.000Z", "2026-03-30T01:00:00.000Z"]);
    });

    it("is left out while another deployment of the stack is under way, which is said once", async () => {
        const follower = await openFollower();
        await save(follower, { schedule: "* * * * *" });
        const other = await follower.deployments.create(newDeployment({ stackId: "shop" }));
        const { pass } = begin(follower);

        await pass(3 * minute);
        expect(await follower.deployments.list("shop", 10)).toHaveLength(1);
        expect(follower.notices).toEqual([containing(`left out while deployment ${other.id} is under way`)]);

        await finish(follower);
        await pass(minute);
        expect(await follower.deployments.list("shop", 10)).toHaveLength(2);
    });

    it("goes on where the clock is set back by a year", async () => {
        const follower = await openFollower();
        await save(follower, { schedule: "30 12 * * *" });
        const { pass } = begin(follower);
        await pass(minute);

        follower.clock.setBack(365 * 24 * hour * 1000);
        await pass(hour);

        expect(await follower.deployments.list("shop", 10)).toHaveLength(1);
    });

    it("does not run twice where the clock is set back by a few seconds", async () => {
        const follower = await openFollower();
        await save(follower, { schedule: "1 12 * * *" });
        const { pass } = begin(follower);
        await pass(minute);
        expect(await follower.deployments.list("shop", 10)).toHaveLength(1);
        await finish(follower);

        follower.clock.setBack(5000);
        await pass(5 * minute, 5);

        expect(await follower.deployments.list("shop", 10)).toHaveLength(1);
    });

    it("follows what is saved at once", async () => {
        const follower = await openFollower();
        await save(follower, { schedule: "0 13 * * *" });
        const { scheduler, pass, settle } = begin(follower);
        await settle();
        await save(follower, { schedule: "5 12 * * *" });
        scheduler.changed();

        await pass(6 * minute);
        expect(await follower.deployments.list("shop", 10)).toHaveLength(1);

        await finish(follower);
        await save(follower, { schedule: null });
        scheduler.changed();
        await pass(2 * 24 * hour, 600);
        expect(await follower.deployments.list("shop", 10)).toHaveLength(1);
    });

    it("is not lost when another stack is saved at the very time", async () => {
        const follower = await openFollower();
        await save(follower, { schedule: "5 12 * * *" });
        const { scheduler, pass } = begin(follower);
        await pass(4 * minute);
        await save(follower, { schedule: "0 0 1 1 *" }, "other");
        scheduler.changed();
        follower.clock.advance(minute * 1000);

        await pass(minute);

        expect(await follower.deployments.list("shop", 10)).toHaveLength(1);
    });

    it("ends with its stack's connection", async () => {
        const follower = await openFollower();
        await save(follower, { schedule: "5 12 * * *" });
        const { scheduler, pass } = begin(follower);
        await pass(minute);
        await follower.buildConfigs.delete("shop");
        await follower.repositories.delete("shop");
        scheduler.changed();

        await pass(10 * minute);

        expect(await follower.deployments.list("shop", 10)).toEqual([]);
        expect(follower.errors).toEqual([]);
    });

    it("that cannot be read any more is said, and does not keep the others from running", async () => {
        const follower = await openFollower();
        await save(follower, { schedule: "5 12 * * *", scheduleTimeZone: "Mars/Base" }, "mars");
        await save(follower, { schedule: "5 12 * * *" });
        const { pass } = begin(follower);

        await pass(6 * minute);

        expect(follower.errors).toMatchObject([{ message: containing("Mars/Base") }]);
        expect(await follower.deployments.list("shop", 10)).toHaveLength(1);
    });
});

describe("a time that was missed", () => {
    it("while the server was down is said, and not made up for", async () => {
        const follower = await openFollower();
        await save(follower, { schedule: "0 3 * * *" });
        follower.clock.advance(20 * hour * 1000);
        const { pass } = begin(follower);

        await pass(minute);

        expect(await follower.deployments.list("shop", 10)).toEqual([]);
        expect(follower.notices).toEqual([
            containing(
                "did not run at 2026-02-01T03:00:00.000Z, and is not made up for; its next time is 2026-02-02T03",
            ),
        ]);
    });

    it("was none where it ran, or where the schedule is younger", async () => {
        const follower = await openFollower();
        await save(follower, { schedule: "0 3 * * *" }, "young");
        await save(follower, { schedule: "0 11 * * *" });
        follower.clock.advance(24 * hour * 1000);
        await save(follower, { schedule: "0 3 * * *" }, "young");
        await follower.deployments.create(newDeployment({ stackId: "shop", triggeredBy: "scheduled" }));
        const { pass } = begin(follower);

        await pass(minute);

        expect(follower.notices).toEqual([]);
    });

    it("while the machine slept is left out", async () => {
        const follower = await openFollower();
        await save(follower, { schedule: "5 12 * * *" });
        const { pass } = begin(follower);
        await pass(minute);

        await pass(hour, hour);

        expect(await follower.deployments.list("shop", 10)).toEqual([]);
        expect(follower.notices).toEqual([containing("its time passed while the machine slept")]);
    });
});
