import { randomBytes } from "node:crypto";
import { EventEmitter, once } from "node:events";
import { appendFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { JobCall, JobExecutor, JobOutcome, JobTask, ServiceTask } from "../../backend/cicd/core/job-executor.ts";
import type { FakeTry } from "./fake-executor.ts";

/** One place where jobs run. */
export interface ExecutorPlace {
    readonly image: string;
    readonly workspace: string;
    /** An executor for it; each one is a server that has just started. */
    open(): JobExecutor;
    /** What the job `name` does where no script is really run. */
    arrange?(name: string, plan: FakeTry): void;
    /** Resolves once a job that nobody follows has ended. */
    untilEnded?(task: JobTask): Promise<void>;
    close(): Promise<void>;
}

/** A try that is under way. */
export interface Running {
    readonly outcome: Promise<JobOutcome>;
    readonly lines: string[];
    /** Resolves once it has written so many lines; rejects where it ends without. */
    wrote(count: number): Promise<void>;
    readonly notes: string[];
    readonly startedAt: string[];
    readonly cancel: () => void;
    readonly leave: () => void;
    /** Of the output. */
    readonly enough: () => void;
}

/** A place, with a run of its own in it. */
export interface Bench {
    readonly place: ExecutorPlace;
    readonly runId: string;
    readonly executor: JobExecutor;
    task(script: string, more?: Partial<JobTask>): JobTask;
    begin(task: JobTask, executor?: JobExecutor): Running;
}

export function createBench(place: ExecutorPlace): Bench {
    const runId = `t${process.pid}${randomBytes(4).toString("hex")}`;
    const executor = place.open();
    let jobs = 0;
    return {
        place,
        runId,
        executor,
        task(script, more = {}) {
            jobs += 1;
            return {
                ...{ runId, jobId: `${runId}-${jobs}`, attempt: 1, name: `job ${jobs}`, image: place.image },
                ...{ pullPolicy: "missing", loginFor: () => undefined, script, environment: {}, services: [] },
                ...{ workspace: place.workspace, timeoutSeconds: 100, limits: { processes: 64 }, engineSocket: false },
                ...more,
            };
        },
        begin: (task, by = executor) => begin(by, task),
    };
}

function begin(executor: JobExecutor, task: JobTask): Running {
    const [cancel, leave, enough] = [new AbortController(), new AbortController(), new AbortController()];
    const [lines, notes, startedAt]: [string[], string[], string[]] = [[], [], []];
    const heard = new EventEmitter();
    const call: JobCall = {
        cancel: cancel.signal,
        leave: leave.signal,
        enough: enough.signal,
        onNote: (line) => void notes.push(line),
        onStart: (time) => void startedAt.push(time),
        onOutput(stream, line) {
            lines.push(stream === "stdout" ? line : `${stream}: ${line}`);
            heard.emit("line");
        },
    };
    const outcome = executor.run(task, call);
    return {
        ...{ lines, notes, startedAt, outcome },
        async wrote(count) {
            while (lines.length < count) {
                const ended = await Promise.race([outcome, once(heard, "line").then(() => undefined)]);
                if (ended !== undefined && lines.length < count) {
                    throw new Error(`It ended with ${lines.length} of ${count} lines: ${JSON.stringify(ended)}`);
                }
            }
        },
        cancel: () => cancel.abort(),
        leave: () => leave.abort(),
        enough: () => enough.abort(),
    };
}

export function serviceTask(name: string, image: string, script: string, more: Partial<ServiceTask> = {}): ServiceTask {
    return { name, image, environment: {}, entrypoint: ["sh", "-c"], command: [script], ...more };
}

async function readLines(workspace: string, path: string): Promise<readonly string[]> {
    return (await readFile(join(workspace, path), "utf8")).trim().split("\n");
}

async function appendToBoth(workspace: string, line: string): Promise<void> {
    await mkdir(join(workspace, "made"), { recursive: true });
    await appendFile(join(workspace, "given/deep/file"), `${line}\n`);
    await appendFile(join(workspace, "made/file"), `${line}\n`);
}

/** When a try ended (epoch milliseconds), before what it left was removed; of one that was left, now. */
export function endOf(outcome: JobOutcome): number {
    return outcome.result === "left" ? Date.now() : Date.parse(outcome.completedAt);
}

/** Numbered lines, as a script and as what it writes. */
export function numbered(count: number) {
    return {
        script: `i=0; while [ $i -lt ${count} ]; do echo line $i; i=$((i+1)); done`,
        lines: Array.from({ length: count }, (_unused, index) => `line ${index}`),
    };
}

/** What every executor keeps to: each behaviour as a script for a real one, and as a plan for one in memory. */
export function describeExecutor(name: string, open: () => Promise<ExecutorPlace>): void {
    describe(name, () => {
        let bench: Bench;

        beforeEach(async () => {
            bench = createBench(await open());
        });

        afterEach(async () => {
            await bench.executor.close(bench.runId, bench.place.workspace);
            expect(await bench.executor.listRuns()).not.toContain(bench.runId);
            await bench.place.close();
        });

        function start(task: JobTask, plan: FakeTry, executor?: JobExecutor): Running {
            bench.place.arrange?.(task.name, plan);
            return bench.begin(task, executor);
        }

        it("runs a script to its good end, and tells when it began and ended", async () => {
            const job = start(bench.task("echo one; echo two"), { output: ["one", "two"] });
            expect(await job.outcome).toMatchObject({ result: "success", exitCode: 0 });
            expect(job.lines).toEqual(["one", "two"]);
            expect(job.startedAt).toHaveLength(1);
            expect(job.startedAt[0]).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
            expect(endOf(await job.outcome)).toBeGreaterThanOrEqual(Date.parse(job.startedAt[0] ?? ""));
            expect(await bench.executor.listRuns()).toContain(bench.runId);
        });

        it("answers the exit code of a script that fails", async () => {
            const job = start(bench.task("exit 7"), { exitCode: 7 });
            expect(await job.outcome).toMatchObject({ result: "failed", reason: "script", exitCode: 7 });
        });

        it("tells standard error apart", async () => {
            const output = [{ stream: "stderr", text: "bad" } as const];
            const job = start(bench.task("echo bad >&2"), { output });
            await job.outcome;
            expect(job.lines).toEqual(["stderr: bad"]);
        });

        it("loses, doubles and swaps none of 200,000 lines", async () => {
            const many = numbered(200_000);
            const job = start(bench.task(many.script), { output: many.lines });
            expect(await job.outcome).toMatchObject({ result: "success" });
            expect(job.lines).toEqual(many.lines);
        });

        it("ends a job that does not stop by itself within two seconds of its cancelling", async () => {
            const task = bench.task("trap '' TERM; echo up; while :; do sleep 1; done");
            const job = start(task, { until: new Promise(() => undefined), output: ["up"] });
            await job.wrote(1);
            const asked = Date.now();
            job.cancel();
            const outcome = await job.outcome;
            expect(outcome).toMatchObject({ result: "cancelled" });
            expect(endOf(outcome) - asked).toBeLessThan(2000);
        });

        it("begins nothing that was cancelled before", async () => {
            const task = bench.task("echo up");
            bench.place.arrange?.(task.name, { output: ["up"] });
            const job = bench.begin(task);
            job.cancel();
            expect(await job.outcome).toMatchObject({ result: "cancelled" });
        });

        it("ends a job at its time limit", async () => {
            const task = bench.task("echo up; sleep 100", { timeoutSeconds: 1 });
            const job = start(task, { until: new Promise(() => undefined), output: ["up"] });
            expect(await job.outcome).toMatchObject({ result: "failed", reason: "timeout" });
            expect(job.lines).toEqual(["up"]);
        });

        it("finds a job again that it let go of, and replays every line", async () => {
            let finish: () => void = () => undefined;
            const until = new Promise<void>((resolve) => (finish = resolve));
            const task = bench.task("echo one; echo two >&2; sleep 2; echo three");
            const output = ["one", { stream: "stderr", text: "two" } as const];
            const first = start(task, { output, until, outputAfter: ["three"] });
            await first.wrote(2);
            first.leave();
            expect(await first.outcome).toEqual({ result: "left" });
            const second = bench.begin(task, bench.place.open());
            finish();
            expect(await second.outcome).toMatchObject({ result: "success" });
            expect(second.lines).toEqual([...first.lines, "three"]);
            expect(second.startedAt).toEqual(first.startedAt);
            expect(second.notes).toEqual([]);
        });

        it("reads out a job that has ended while nobody followed it", async () => {
            let finish: () => void = () => undefined;
            const until = new Promise<void>((resolve) => (finish = resolve));
            const task = bench.task("echo one; sleep 1; echo two; exit 3");
            const first = start(task, { output: ["one"], until, outputAfter: ["two"], exitCode: 3 });
            await first.wrote(1);
            first.leave();
            expect(await first.outcome).toEqual({ result: "left" });
            finish();
            await bench.place.untilEnded?.(task);
            const second = bench.begin(task, bench.place.open());
            expect(await second.outcome).toMatchObject({ result: "failed", reason: "script", exitCode: 3 });
            expect(second.lines).toEqual(["one", "two"]);
        });

        it("reads no further once the output is enough, and waits for the end alone", async () => {
            let finish: () => void = () => undefined;
            const until = new Promise<void>((resolve) => (finish = resolve));
            const task = bench.task("echo one; sleep 1; echo two; exit 3");
            const job = start(task, { output: ["one"], until, outputAfter: ["two"], exitCode: 3 });
            await job.wrote(1);
            job.enough();
            finish();
            expect(await job.outcome).toMatchObject({ result: "failed", reason: "script", exitCode: 3 });
            expect(job.lines).toEqual(["one"]);
        });

        it.each(["cancel", "leave"] as const)("obeys %s while only its end is waited for", async (order) => {
            const task = bench.task("echo one; sleep 100");
            const job = start(task, { output: ["one"], until: new Promise(() => undefined) });
            await job.wrote(1);
            job.enough();
            const asked = Date.now();
            job[order]();
            const outcome = await job.outcome;
            expect(outcome).toMatchObject({ result: order === "cancel" ? "cancelled" : "left" });
            expect(endOf(outcome) - asked).toBeLessThan(2000);
        });

        it("runs further tries and other jobs of the run, several at once", async () => {
            const jobs = [1, 2, 3].map((number) =>
                start(bench.task(`echo ${number}`, { attempt: number }), { output: [String(number)] }),
            );
            expect(await Promise.all(jobs.map(({ outcome }) => outcome))).toMatchObject(
                jobs.map(() => ({ result: "success" })),
            );
            expect(jobs.map(({ lines }) => lines)).toEqual([["1"], ["2"], ["3"]]);
        });

        it("lets jobs of every user change what the server and other jobs have put into the workspace", async () => {
            const { workspace } = bench.place;
            await mkdir(join(workspace, "given/deep"), { recursive: true });
            await writeFile(join(workspace, "given/deep/file"), "server\n");
            for (const [by, user] of [["root"], ["one", "1234"], ["two", "4321:4321"], ["root again"]] as const) {
                const job = start(
                    bench.task(`echo ${by} >> given/deep/file; mkdir -p made; echo ${by} >> made/file`, { user }),
                    { act: () => appendToBoth(workspace, by) },
                );
                expect(await job.outcome, job.lines.join("\n")).toMatchObject({ result: "success" });
            }
            const lines = ["root", "one", "two", "root again"];
            expect(await readLines(workspace, "given/deep/file")).toEqual(["server", ...lines]);
            expect(await readLines(workspace, "made/file")).toEqual(lines);
            await bench.executor.close(bench.runId, workspace);
            await rm(workspace, { recursive: true });
        });

        it("has nothing left of a run that is closed while a job of it was let go of", async () => {
            const job = start(bench.task("echo up; sleep 100"), {
                output: ["up"],
                until: new Promise(() => undefined),
            });
            await job.wrote(1);
            job.leave();
            await job.outcome;
            await bench.executor.close(bench.runId, bench.place.workspace);
            expect(await bench.executor.listRuns()).not.toContain(bench.runId);
        });
    });
}
