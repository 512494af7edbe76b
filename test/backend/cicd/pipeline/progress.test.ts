import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { JobStatus } from "../../../../common/schema/job-status.ts";
import type { PipelinePlan } from "../../../../common/schema/pipeline-plan.ts";
import { type JobStates, progressOf } from "../../../../backend/cicd/pipeline/progress.ts";
import { mustPlan } from "../../../support/pipeline-text.ts";
import { plans, textOf } from "../../../support/random-plans.ts";

const head = "stages: [build, test, deploy]\nimage: x\n";

describe("what a pipeline does next", () => {
    it.each<[string, string, JobStates, Partial<ReturnType<typeof progressOf>>]>([
        [
            "a stage's jobs start one after another",
            "a: { script: x }\nb: { script: x }",
            {},
            { start: ["a"], result: "running" },
        ],
        [
            "the next starts when the first has ended",
            "a: { script: x }\nb: { script: x }",
            { a: "success" },
            { start: ["b"] },
        ],
        [
            "none starts while one runs",
            "a: { script: x }\nb: { script: x }",
            { a: "running" },
            { start: [], result: "running" },
        ],
        [
            "with parallelism several start",
            "parallelism: 2\na: { script: x }\nb: { script: x }\nc: { script: x }",
            {},
            { start: ["a", "b"] },
        ],
        [
            "a stage waits for the one before",
            "a: { stage: build, script: x }\nb: { script: x }",
            { a: "running" },
            { start: [] },
        ],
        [
            "what needs nothing starts at once",
            "a: { stage: build, script: x }\nb: { script: x, needs: [] }",
            {},
            { start: ["a", "b"] },
        ],
        [
            "after a failure the rest is skipped",
            "a: { stage: build, script: x }\nb: { script: x }",
            { a: "failed" },
            { start: [], skip: ["b"] },
        ],
        [
            "then the pipeline has failed",
            "a: { stage: build, script: x }\nb: { script: x }",
            { a: "failed", b: "skipped" },
            { result: "failed" },
        ],
        [
            "a job that may fail stops nothing",
            "a: { stage: build, script: x, allow_failure: true }\nb: { script: x }",
            { a: "failed" },
            { start: ["b"] },
        ],
        [
            "and does not fail the pipeline",
            "a: { script: x, allow_failure: true }",
            { a: "failed" },
            { result: "success" },
        ],
        [
            "always runs after a failure",
            "a: { stage: build, script: x }\nb: { script: x, when: always }",
            { a: "failed" },
            { start: ["b"] },
        ],
        [
            "on_failure runs after a failure",
            "a: { stage: build, script: x }\nb: { script: x, when: on_failure }",
            { a: "failed" },
            { start: ["b"] },
        ],
        [
            "on_failure is skipped without one",
            "a: { stage: build, script: x }\nb: { script: x, when: on_failure }",
            { a: "success" },
            { skip: ["b"] },
        ],
        [
            "a failure two stages ago counts",
            "a: { stage: build, script: x }\nb: { script: x }\nc: { stage: deploy, script: x, when: on_failure }",
            { a: "failed", b: "skipped" },
            { start: ["c"] },
        ],
        [
            "what follows a skipped on_failure job runs",
            "a: { stage: build, script: x }\nb: { script: x, when: on_failure }\nc: { stage: deploy, script: x }",
            { a: "success", b: "skipped" },
            { start: ["c"] },
        ],
        ["a manual job is offered", "a: { script: x, when: manual }", {}, { start: [], offer: ["a"] }],
        ["the pipeline can end without it", "a: { script: x, when: manual }", {}, { result: "success" }],
        ["unless it must not fail", "a: { script: x, when: manual, allow_failure: false }", {}, { result: "waiting" }],
        [
            "it blocks later stages then",
            "a: { script: x, when: manual, allow_failure: false }\nb: { stage: deploy, script: x }",
            {},
            { start: [], result: "waiting" },
        ],
        ["else they go on", "a: { script: x, when: manual }\nb: { stage: deploy, script: x }", {}, { start: ["b"] }],
        [
            "what needs a manual job waits for it",
            "a: { script: x, when: manual }\nb: { script: x, needs: [a] }",
            {},
            { start: [], result: "success" },
        ],
        [
            "and starts after it",
            "a: { script: x, when: manual }\nb: { script: x, needs: [a] }",
            { a: "success" },
            { start: ["b"], result: "running" },
        ],
        [
            "a manual job after a failure is skipped",
            "a: { stage: build, script: x }\nb: { script: x, when: manual }",
            { a: "failed" },
            { offer: [], skip: ["b"] },
        ],
        [
            "a cancelled job counts as failed",
            "a: { stage: build, script: x }\nb: { script: x }",
            { a: "cancelled" },
            { skip: ["b"] },
        ],
    ])("%s", async (_, jobs, states, wanted) => {
        expect(progressOf(await mustPlan(head + jobs), states)).toMatchObject(wanted);
    });
});

const over: readonly (JobStatus | undefined)[] = ["success", "failed", "cancelled", "skipped"];

/** Runs a plan to its end: what ends next, and how, and which manual jobs somebody starts, comes from `choices`. */
function run(plan: PipelinePlan, choices: readonly number[]): { states: JobStates; started: string[]; result: string } {
    const states: Record<string, JobStatus> = {};
    const started: string[] = [];
    for (let step = 0; step < 500; step += 1) {
        const choice = choices[step % choices.length] ?? 0;
        const { start, skip, offer, result } = progressOf(plan, states);
        const begun = [...start, ...(choice % 3 === 0 ? offer : [])];
        for (const name of begun) {
            const job = plan.jobs.find((one) => one.name === name);
            expect(job?.waitsFor.every((other) => over.includes(states[other]))).toBe(true);
            expect(states[name]).toBeUndefined();
            states[name] = "running";
            started.push(name);
        }
        skip.forEach((name) => (states[name] = "skipped"));
        for (const { name, parallelism } of plan.stages) {
            const running = plan.jobs.filter(
                (job) => job.stage === name && job.when !== "manual" && states[job.name] === "running",
            );
            expect(running.length).toBeLessThanOrEqual(parallelism);
        }
        const running = plan.jobs.filter((job) => states[job.name] === "running");
        const ending = running[choice % Math.max(1, running.length)];
        if (ending !== undefined) {
            states[ending.name] = choice % 4 === 0 ? "failed" : "success";
        } else if (begun.length + skip.length === 0) {
            return { states, started, result };
        }
    }
    throw new Error("never ends");
}

describe("every plan", () => {
    it("runs no job before what it needs, each at most once, and comes to an end", async () => {
        await fc.assert(
            fc.asyncProperty(
                plans,
                fc.array(fc.nat(1000), { minLength: 5 }),
                async ([shapes, parallelism], choices) => {
                    const plan = await mustPlan(textOf(shapes, parallelism));

                    const { states, started, result } = run(plan, choices);

                    expect(new Set(started).size).toBe(started.length);
                    expect(result).not.toBe("running");
                    const open = plan.jobs.filter(({ name }) => !over.includes(states[name]));
                    expect(result === "waiting" || open.every((job) => job.optional)).toBe(true);
                    for (const { name, needs, when } of plan.jobs) {
                        const ran = started.includes(name) && when !== "always" && when !== "on_failure";
                        expect(!ran || needs.every((need) => states[need] !== "skipped")).toBe(true);
                    }
                },
            ),
            { numRuns: 300 },
        );
    });

    it("waits for whole stages where a job names no needs, and for nothing in its own or a later one", async () => {
        await fc.assert(
            fc.asyncProperty(plans, async ([shapes, parallelism]) => {
                const plan = await mustPlan(textOf(shapes, parallelism));
                const stages = plan.stages.map(({ name }) => name);
                for (const job of plan.jobs) {
                    const before = plan.jobs.filter(
                        (other) => stages.indexOf(other.stage) < stages.indexOf(job.stage) && !other.optional,
                    );
                    const named = shapes[Number(job.definition.slice(1))]?.needs !== undefined;
                    expect(named ? job.needs : before.map(({ name }) => name)).toEqual(job.waitsFor);
                }
            }),
            { numRuns: 200 },
        );
    });
});
