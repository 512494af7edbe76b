import type { JobFailureReason } from "../../common/schema/pipeline-run.ts";
import type { JobCall, JobExecutor, JobOutcome, JobTask } from "../../backend/cicd/core/job-executor.ts";

/** A line of output: text stands for standard output. */
export type FakeLine = string | { readonly stream: "stdout" | "stderr"; readonly text: string };

/** What a try of a job does, in this order. Without anything it ends well at once. */
export interface FakeTry {
    /** The executor's own. */
    readonly notes?: readonly string[];
    /** Rejects `run` before anything is made. */
    readonly rejects?: Error;
    readonly output?: readonly FakeLine[];
    /** What the script does besides, such as writing into `task.workspace`. */
    readonly act?: (task: JobTask) => unknown;
    /** It runs until then. */
    readonly until?: Promise<unknown>;
    readonly outputAfter?: readonly FakeLine[];
    /** 0 where it is not given; any other fails the job. */
    readonly exitCode?: number;
    /** Another reason to fail than the exit code. */
    readonly failure?: { readonly reason: JobFailureReason; readonly message: string; readonly exitCode?: number };
}

export interface FakeExecutor extends JobExecutor {
    /** Every call of `run`, in order. */
    readonly tasks: readonly JobTask[];
    readonly closed: readonly { readonly runId: string; readonly workspace?: string | undefined }[];
    /** Names of the jobs that run now, followed or left. */
    running(): readonly string[];
    /** How many ran at once at most. */
    mostAtOnce(): number;
    /** What the tries of the jobs of this name do; the last one stands for all further ones. */
    arrange(name: string, ...tries: readonly FakeTry[]): void;
}

interface Line {
    readonly stream: "stdout" | "stderr";
    readonly text: string;
}

/** A container, as it were: goes on whoever follows. */
interface Running {
    readonly task: JobTask;
    readonly startedAt: string;
    readonly lines: Line[];
    follower?: JobCall | undefined;
    readonly outcome: Promise<JobOutcome>;
    readonly stop: AbortController;
    isOver: boolean;
}

/** Runs jobs in memory, as they were arranged by their names. A try that was left is found again by the same task. */
export function createFakeExecutor(): FakeExecutor {
    const arranged = new Map<string, readonly FakeTry[]>();
    const tries = new Map<string, Running>();
    const open = new Set<string>();
    const tasks: JobTask[] = [];
    const closed: { runId: string; workspace?: string | undefined }[] = [];
    let most = 0;

    const running = (): readonly string[] =>
        [...tries.values()].filter(({ isOver }) => !isOver).map(({ task }) => task.name);

    function begin(task: JobTask, plan: FakeTry): Running {
        const stop = new AbortController();
        const lines: Line[] = [];
        const begun: Running = {
            ...{ task, stop, lines, startedAt: new Date().toISOString(), isOver: false },
            outcome: Promise.resolve().then(async () => {
                const outcome = await perform(plan, task, stop.signal, (line) => {
                    lines.push(line);
                    tell(begun.follower, line);
                });
                begun.isOver = true;
                return outcome;
            }),
        };
        return begun;
    }

    async function run(task: JobTask, call: JobCall): Promise<JobOutcome> {
        tasks.push(task);
        const key = `${task.jobId}-${task.attempt}`;
        const found = tries.get(key);
        const plans = arranged.get(task.name) ?? [];
        const plan = plans[Math.min(countOf(tasks, task), plans.length) - 1] ?? {};
        if (found === undefined) {
            if (call.leave.aborted || call.cancel.aborted) {
                return call.cancel.aborted ? cancelled() : { result: "left" };
            }
            if (plan.rejects !== undefined) {
                throw plan.rejects;
            }
            open.add(task.runId);
            plan.notes?.forEach(call.onNote);
        }
        const one = found ?? begin(task, plan);
        tries.set(key, one);
        most = Math.max(most, running().length);
        call.onStart(one.startedAt);
        one.lines.forEach((line) => tell(call, line));
        one.follower = call;
        const outcome = await follow(one, call);
        one.follower = undefined;
        if (outcome.result !== "left") {
            await call.onEnd?.(outcome);
            tries.delete(key);
        }
        return outcome;
    }

    return {
        tasks,
        closed,
        running,
        mostAtOnce: () => most,
        arrange: (name, ...given) => void arranged.set(name, given),
        run,
        async close(runId, workspace) {
            closed.push({ runId, workspace });
            open.delete(runId);
            for (const [key, { task, stop }] of [...tries]) {
                if (task.runId === runId) {
                    stop.abort();
                    tries.delete(key);
                }
            }
        },
        listRuns: async () => [...open],
    };
}

function tell(call: JobCall | undefined, { stream, text }: Line): void {
    if (call?.enough?.aborted !== true) {
        call?.onOutput(stream, text);
    }
}

/** From 1: which of the tries of a job this is, with those of other attempts, but not those that were found again. */
function countOf(tasks: readonly JobTask[], { jobId, attempt }: JobTask): number {
    const attempts = tasks.filter((task) => task.jobId === jobId && task.attempt <= attempt);
    return new Set(attempts.map((task) => task.attempt)).size;
}

async function follow(one: Running, call: JobCall): Promise<JobOutcome> {
    const left = aborted(call.leave).then((): JobOutcome => ({ result: "left" }));
    const stop = (): void => one.stop.abort();
    call.cancel.addEventListener("abort", stop, { once: true });
    if (call.cancel.aborted) {
        stop();
    }
    const outcome = await Promise.race([one.outcome, left]);
    call.cancel.removeEventListener("abort", stop);
    return outcome;
}

async function perform(
    plan: FakeTry,
    task: JobTask,
    signal: AbortSignal,
    onLine: (line: Line) => void,
): Promise<JobOutcome> {
    plan.output?.map(toLine).forEach(onLine);
    await plan.act?.(task);
    const timeout = AbortSignal.timeout(Math.min(task.timeoutSeconds * 1000, 2 ** 31 - 1));
    const either = AbortSignal.any([signal, timeout]);
    if (plan.until !== undefined) {
        await Promise.race([plan.until, aborted(either)]);
    }
    if (signal.aborted) {
        return cancelled();
    }
    if (timeout.aborted) {
        const message = `${task.name} did not end within ${task.timeoutSeconds} s`;
        return { result: "failed", reason: "timeout", message, completedAt: now() };
    }
    plan.outputAfter?.map(toLine).forEach(onLine);
    return ended(plan);
}

function ended({ failure, exitCode = 0 }: FakeTry): JobOutcome {
    if (failure !== undefined) {
        return { result: "failed", ...failure, completedAt: now() };
    }
    if (exitCode === 0) {
        return { result: "success", exitCode, completedAt: now() };
    }
    const message = `the script ended with exit code ${exitCode}; its log tells more`;
    return { result: "failed", reason: "script", exitCode, message, completedAt: now() };
}

function toLine(line: FakeLine): Line {
    return typeof line === "string" ? { stream: "stdout", text: line } : line;
}

function aborted(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
        if (signal.aborted) {
            resolve();
            return;
        }
        signal.addEventListener("abort", () => resolve(), { once: true });
    });
}

function cancelled(): JobOutcome {
    return { result: "cancelled", completedAt: now() };
}

function now(): string {
    return new Date().toISOString();
}
