import { expect, it } from "vitest";
import { listPipelines } from "../../../../../backend/cicd/services/pipelines/list-pipelines.ts";
import { mustPlan } from "../../../../support/pipeline-text.ts";
import { createTestPipelines, newJobs, newPipeline } from "../../../../support/pipelines.ts";

/** A stack with so many runs, each of so many jobs; their ids, newest first. */
async function openRuns(count: number, jobs: number) {
    const pipelines = await createTestPipelines();
    const names = Array.from({ length: jobs }, (_unused, index) => `job-${index}`);
    const text = Object.fromEntries(names.map((name) => [name, { image: "node:20", script: ["true"] }]));
    const plan = await mustPlan(JSON.stringify(text));
    const planned = newJobs(plan);
    const ids: string[] = [];
    for (let run = 0; run < count; run += 1) {
        const { id } = await pipelines.create(newPipeline());
        await pipelines.begin(id, plan, planned, "2026-01-01T00:00:00.000Z");
        ids.unshift(id);
    }
    return { pipelines, ids };
}

it("a page of runs with few jobs has as many as were asked for", async () => {
    const { pipelines, ids } = await openRuns(45, 2);

    const page = await listPipelines({ pipelines }, "web", { limit: 44 });

    expect(page.items.map(({ id }) => id)).toEqual(ids.slice(0, 44));
    expect(page.nextCursor).toBe(ids[43]);
    expect((await listPipelines({ pipelines }, "web", { limit: 45 })).nextCursor).toBeNull();
});

it("a page of runs with very many jobs ends early, and the next one goes on behind it", async () => {
    const { pipelines, ids } = await openRuns(25, 200);
    const found: string[] = [];
    let cursor: string | undefined;
    do {
        const page = await listPipelines({ pipelines }, "web", { limit: 200, cursor });
        expect(page.items.length).toBeGreaterThan(0);
        expect(page.items.flatMap(({ jobs }) => jobs).length).toBeLessThanOrEqual(4000);
        found.push(...page.items.map(({ id }) => id));
        cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);

    expect(found).toEqual(ids);
});
