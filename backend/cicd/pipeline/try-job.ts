import { AppError, errorCode } from "../../../common/errors.ts";
import type { PlannedJob } from "../../../common/schema/pipeline-plan.ts";
import type { Clock } from "../core/clock.ts";
import type { JobCall, JobExecutor, JobOutcome, JobTask } from "../core/job-executor.ts";

export interface TryPorts {
    readonly executor: Pick<JobExecutor, "run">;
    readonly clock: Clock;
}

/** One try: what is to run, and who hears of it. */
export interface Try extends Pick<JobCall, "onNote" | "onOutput" | "onStart"> {
    readonly task: JobTask;
}

export interface TryCall extends Pick<JobCall, "cancel" | "leave" | "enough" | "onEnd"> {
    readonly retry: PlannedJob["retry"];
    /** The try to begin with; one that runs already is followed on. */
    readonly attempt: number;
    /** How that one ended, where it is known from before a restart. */
    readonly ended?: JobOutcome | undefined;
    /**
     * Called before each try, and again before one is followed on after the engine was away: its lines come again from
     * the first on.
     */
    readonly begin: (attempt: number) => Try;
    /** The engine does not answer; it is asked again. */
    readonly onAway?: ((message: string) => void) | undefined;
    /** A try has failed, and the next one follows. */
    readonly onRetry: (next: number, failed: FailedJob) => Promise<void>;
}

export type FailedJob = Extract<JobOutcome, { readonly result: "failed" }>;

/** An engine that is started again is back within seconds. */
const waitsSeconds = [1, 2, 4, 8, 15];

/**
 * Runs a job to its end, with its retries. An engine that stays away fails it, with reason `system`. Rejects with what
 * `begin` and the executor reject with besides.
 */
export async function tryJob(ports: TryPorts, call: TryCall): Promise<JobOutcome> {
    for (let attempt = call.attempt; ; attempt += 1) {
        const known = attempt === call.attempt ? call.ended : undefined;
        const outcome = known ?? (await runTry(ports, call, attempt));
        const isOver = call.cancel.aborted || call.leave.aborted;
        if (isOver || outcome.result !== "failed" || !isTriedAgain(call.retry, attempt, outcome)) {
            return outcome;
        }
        await call.onRetry(attempt + 1, outcome);
    }
}

function isTriedAgain({ max, when }: PlannedJob["retry"], attempt: number, { reason }: FailedJob): boolean {
    return attempt <= max && when.includes(reason);
}

async function runTry(ports: TryPorts, call: TryCall, attempt: number): Promise<JobOutcome> {
    const { cancel, leave, enough, onEnd } = call;
    for (const seconds of [...waitsSeconds, undefined]) {
        try {
            const { task, ...heard } = call.begin(attempt);
            return await ports.executor.run(task, { ...heard, cancel, leave, enough, onEnd });
        } catch (error) {
            if (!(error instanceof AppError) || errorCode(error) !== "unavailable") {
                throw error;
            }
            if (seconds === undefined) {
                return awayFor(ports, error);
            }
            call.onAway?.(error.message);
        }
        await ports.clock.sleep(seconds * 1000, AbortSignal.any([cancel, leave]));
        if (leave.aborted) {
            return { result: "left" };
        }
        if (cancel.aborted) {
            return { result: "cancelled", completedAt: ports.clock.now().toISOString() };
        }
    }
    throw new AppError("internal", "a try neither ended nor failed");
}

function awayFor({ clock }: TryPorts, { message }: AppError): JobOutcome {
    return { result: "failed", reason: "system", message, completedAt: clock.now().toISOString() };
}
