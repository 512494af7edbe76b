import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { JobStatus } from "../../../../common/schema/job-status.ts";
import type { PipelinePlan } from "../../../../common/schema/pipeline-plan.ts";
import type { JobStates } from "../../../../backend/cicd/pipeline/progress.ts";
import { runPlan, type RunPlanPorts } from "../../../../backend/cicd/pipeline/run-plan.ts";
import { mustPlan } from "../../../support/pipeline-text.ts";
import { plans, textOf } from "../../../support/random-plans.ts";

const head = "stages: [build, test]\nimage: x\n";

/** Jobs end when the test says so; `started` tells which began, in order. */
function stage(plan: PipelinePlan) {
    const started: string[] = [];
    const skipped: string[] = [];
    const ends = new Map<string, (status: JobStatus) => void>();
    const fails = new Map<string, (error: Error) => void>();
    const requested = new Set<string>();
    const waiters = new Set<() => void>();
    const ending = new AbortController();
    const ports: RunPlanPorts = {
        run: (job) =>
            new Promise((resolve, reject) => {
                started.push(job.name);
                ends.set(job.name, resolve);
                fails.set(job.name, reject);
            }),
        skip: async (job) => void skipped.push(job.name),
        requested: async () => requested,
        changed: (signal) =>
            new Promise((resolve) => {
                waiters.add(resolve);
                signal.addEventListener("abort", () => resolve());
            }),
    };
    return {
        started,
        skipped,
        ending,
        begin: (states: JobStates = {}) => runPlan(plan, states, ports, ending.signal),
        hasStarted: (name: string) => expect.poll(() => started, { interval: 1 }).toContain(name),
        end: (name: string, status: JobStatus = "success") => ends.get(name)?.(status),
        fail: (name: string, error: Error) => fails.get(name)?.(error),
        request(name: string) {
            requested.add(name);
            waiters.forEach((wake) => wake());
        },
    };
}

describe("running a plan", () => {
    it("starts a job when the one before it has ended, and answers success", async () => {
        const jobs = stage(await mustPlan(`${head}a: { stage: build, script: x }\nb: { script: x }`));
        const result = jobs.begin();
        await jobs.hasStarted("a");
        expect(jobs.started).toEqual(["a"]);
        jobs.end("a");
        await jobs.hasStarted("b");
        jobs.end("b");
        expect(await result).toBe("success");
    });

    it("skips what comes after a failure, and answers failed", async () => {
        const jobs = stage(await mustPlan(`${head}a: { stage: build, script: x }\nb: { script: x }`));
        const result = jobs.begin();
        await jobs.hasStarted("a");
        jobs.end("a", "failed");
        expect(await result).toBe("failed");
        expect(jobs.skipped).toEqual(["b"]);
    });

    it("follows on jobs that run already, and none that have ended", async () => {
        const jobs = stage(await mustPlan(`${head}a: { stage: build, script: x }\nb: { script: x }`));
        const result = jobs.begin({ a: "success", b: "running" });
        await jobs.hasStarted("b");
        jobs.end("b");
        expect(await result).toBe("success");
        expect(jobs.started).toEqual(["b"]);
    });

    it("waits for a person where it has to", async () => {
        const jobs = stage(
            await mustPlan(
                `${head}a: { stage: build, script: x, when: manual, allow_failure: false }\nb: { script: x }`,
            ),
        );
        const result = jobs.begin();
        jobs.request("a");
        await jobs.hasStarted("a");
        jobs.end("a");
        await jobs.hasStarted("b");
        jobs.end("b");
        expect(await result).toBe("success");
    });

    it("takes up a manual job that is started while another runs, and ends without one that nobody starts", async () => {
        const text = `${head}a: { script: x }\nb: { stage: build, script: x, when: manual }\nc: { stage: build, script: x, when: manual }`;
        const jobs = stage(await mustPlan(text));
        const result = jobs.begin();
        await jobs.hasStarted("a");
        jobs.request("b");
        await jobs.hasStarted("b");
        jobs.end("b");
        jobs.end("a");
        expect(await result).toBe("success");
        expect(jobs.started).toEqual(["a", "b"]);
    });

    it("runs one more manual job of a run that had ended", async () => {
        const jobs = stage(await mustPlan(`${head}a: { script: x }\nb: { script: x, when: manual }`));
        jobs.request("b");
        const result = jobs.begin({ a: "success" });
        await jobs.hasStarted("b");
        jobs.end("b", "failed");
        expect(await result).toBe("success");
        expect(jobs.started).toEqual(["b"]);
    });

    it("starts nothing more once it is to end, and waits for what runs", async () => {
        const jobs = stage(await mustPlan(`${head}a: { stage: build, script: x }\nb: { script: x }`));
        const result = jobs.begin();
        await jobs.hasStarted("a");
        jobs.ending.abort();
        jobs.end("a");
        expect(await result).toBe("cancelled");
        expect(jobs.started).toEqual(["a"]);
    });

    it("ends while it waits for a person", async () => {
        const jobs = stage(await mustPlan(`${head}a: { script: x, when: manual, allow_failure: false }`));
        const result = jobs.begin();
        jobs.ending.abort();
        expect(await result).toBe("cancelled");
    });

    it("rejects with what a job rejects with, after the others have ended", async () => {
        const jobs = stage(await mustPlan(`${head}parallelism: 2\na: { script: x }\nb: { script: x }`));
        const result = jobs.begin();
        const seen = result.catch((error: unknown) => error);
        await jobs.hasStarted("b");
        jobs.fail("a", new Error("the engine is away"));
        jobs.end("b");
        expect(await seen).toMatchObject({ message: "the engine is away" });
    });

    it("never starts a job before what it waits for has ended, for any plan and any outcomes", async () => {
        await fc.assert(
            fc.asyncProperty(
                plans,
                fc.array(fc.constantFrom<JobStatus>("success", "success", "failed"), { minLength: 7, maxLength: 7 }),
                async ([shapes, parallelism], outcomes) => {
                    const plan = await mustPlan(textOf(shapes, parallelism));
                    const ended = new Set<string>();
                    const started: string[] = [];
                    const manual = new Set(plan.jobs.map(({ name }) => name));
                    await runPlan(
                        plan,
                        {},
                        {
                            run: async (job) => {
                                expect(job.waitsFor.every((other) => ended.has(other))).toBe(true);
                                started.push(job.name);
                                await Promise.resolve();
                                ended.add(job.name);
                                return outcomes[started.length % outcomes.length] ?? "success";
                            },
                            skip: async (job) => void ended.add(job.name),
                            requested: async () => manual,
                            changed: () => Promise.resolve(),
                        },
                        new AbortController().signal,
                    );
                    expect(new Set(started).size).toBe(started.length);
                    expect(ended.size).toBe(plan.jobs.length);
                },
            ),
            { numRuns: 200 },
        );
    });
});
