import { expect, it } from "vitest";
import type { Clock } from "../../../../../backend/cicd/core/clock.ts";
import { announcedPipelines } from "../../../../../backend/cicd/services/pipelines/announced-pipelines.ts";
import { createAnnouncePipelines } from "../../../../../backend/cicd/services/pipelines/announce-pipelines.ts";
import { createTestClock } from "../../../../support/clock.ts";
import { mustPlan } from "../../../../support/pipeline-text.ts";
import { createTestPipelines, newJobs, newPipeline } from "../../../../support/pipelines.ts";
import { until } from "../../../../support/until.ts";

async function open() {
    const clock = createTestClock();
    const store = await createTestPipelines(clock);
    const pushes: { readonly event: string; readonly pipeline: unknown }[] = [];
    const host = {
        isWatched: () => true,
        push: (event: string, { pipeline }: Readonly<Record<string, unknown>>) => void pushes.push({ event, pipeline }),
    };
    const pauses: number[] = [];
    const sleep: Clock["sleep"] = (milliseconds, signal) => {
        pauses.push(milliseconds);
        return clock.sleep(milliseconds, signal);
    };
    const announce = createAnnouncePipelines({
        pipelines: store,
        host,
        clock: { now: () => clock.now(), sleep },
        onError: (error) => expect.fail(String(error)),
    });
    return { clock, pushes, pauses, announce, pipelines: announcedPipelines(store, announce) };
}

it("browsers are told of a new run at once", async () => {
    const { pipelines, pushes } = await open();

    const { id } = await pipelines.create(newPipeline());

    await until(() => pushes.length === 1);
    expect(pushes[0]).toMatchObject({ event: "pipelineUpdate", pipeline: { id, status: "pending", jobs: [] } });
});

it("many changes are told of four times a second, the last one always", async () => {
    const { pipelines, pushes, clock, announce } = await open();
    const { id } = await pipelines.create(newPipeline());
    await until(() => pushes.length === 1);

    for (let change = 0; change < 100; change++) {
        announce(id);
    }
    await pipelines.update(id, { status: "failed", error: "It failed." });
    expect(pushes).toHaveLength(1);
    clock.advance(250);

    await until(() => pushes.length === 2);
    expect(pushes[1]).toMatchObject({ pipeline: { status: "failed", error: "It failed." } });
    clock.advance(250);
    await pipelines.requestCancel(id, "late");
    await until(() => pushes.length === 3);
});

it("a run of very many jobs is told of more seldom", async () => {
    const { pipelines, pauses, clock } = await open();
    const names = Array.from({ length: 200 }, (_unused, index) => `job-${index}`);
    const text = Object.fromEntries(names.map((name) => [name, { image: "node:20", script: ["true"] }]));
    const plan = await mustPlan(JSON.stringify(text));
    const { id } = await pipelines.create(newPipeline());
    await until(() => pauses.length === 1);

    await pipelines.begin(id, plan, newJobs(plan), clock.now().toISOString());
    await pipelines.update(id, { commitMessage: "many" });
    clock.advance(250);

    await until(() => pauses.length === 2);
    expect(pauses).toEqual([250, 1000]);
});
