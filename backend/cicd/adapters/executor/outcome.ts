import type { ContainerDetails } from "../../../platform/docker/answers.ts";
import type { JobOutcome, JobTask } from "../../core/job-executor.ts";

/** How a try's container was followed to its end. */
export interface Ending {
    /** Undefined where somebody has removed it. */
    readonly state?: ContainerDetails["State"] | undefined;
    /** Why it was ended from here. */
    readonly stopped?: "cancelled" | "timeout" | undefined;
    /** The engine was away meanwhile. */
    readonly wasAway: boolean;
    /** The last line that it wrote to its standard error. */
    readonly lastError?: string | undefined;
}

type Limits = Pick<JobTask, "image" | "limits" | "timeoutSeconds">;

/** What the engine gives containers that it ended, or lost, while it was stopped itself. */
const codesOfEngineStop = new Set([137, 143, 255]);

/** How a try ended, in one sentence where it failed. `now` (ISO 8601) stands in where the engine tells no time. */
export function outcomeOf(ending: Ending, task: Limits, now: string): JobOutcome {
    const { state, stopped } = ending;
    const completedAt = endOf(state) ?? now;
    if (stopped === "cancelled") {
        return { result: "cancelled", completedAt };
    }
    if (stopped === undefined && state?.ExitCode === 0) {
        return { result: "success", exitCode: 0, completedAt };
    }
    return { result: "failed", ...failure(ending, task), exitCode: state?.ExitCode, completedAt };
}

function failure(ending: Ending, task: Limits) {
    const { state, stopped, wasAway, lastError = "" } = ending;
    if (stopped === "timeout") {
        const message = `it did not end within ${task.timeoutSeconds} s; give it a longer timeout, or look in its log where it hangs`;
        return { reason: "timeout", message } as const;
    }
    if (state === undefined) {
        return { reason: "system", message: "somebody removed its container; run it again" } as const;
    }
    if (state.OOMKilled) {
        return { reason: "out_of_memory", message: outOfMemory(task) } as const;
    }
    if (wasAway && codesOfEngineStop.has(state.ExitCode)) {
        const message = "the Docker engine was stopped while it ran, and ended it; run it again";
        return { reason: "system", message } as const;
    }
    const program = programMissing(state.ExitCode, lastError);
    if (program !== undefined) {
        return { reason: "system", message: `image ${task.image}: ${program}` } as const;
    }
    return { reason: "script", message: `its script ended with exit code ${state.ExitCode}; see its log` } as const;
}

function outOfMemory({ limits: { memoryBytes } }: Limits): string {
    return memoryBytes === undefined
        ? "it was ended because the machine has no more memory; let it need less, or run fewer jobs at once"
        : `it needed more than its memory limit of ${mebibytes(memoryBytes)} MiB; raise resources.memory, or let it need less`;
}

function mebibytes(bytes: number): string {
    return String(Math.round((bytes / 1024 ** 2) * 10) / 10);
}

/** The engine's init process tells on standard error that it cannot run the program, and ends with 126 or 127. */
function programMissing(exitCode: number, lastError: string): string | undefined {
    const [, program, why] = /^\[FATAL tini \(\d+\)\] exec (.+) failed: (.+)$/.exec(lastError) ?? [];
    if (program === undefined || why === undefined || (exitCode !== 126 && exitCode !== 127)) {
        return undefined;
    }
    return `it has no ${program} that can be run (${why}); a job's script needs an image with sh`;
}

/** The engine notes the start of a short one after its end; its zero time stands for none. */
function endOf(state: Ending["state"]): string | undefined {
    const times = [state?.StartedAt, state?.FinishedAt].map((text) => new Date(text ?? "").getTime());
    const [started = 0, finished = 0] = times.map((time) => (time > 0 ? time : 0));
    return finished === 0 ? undefined : new Date(Math.max(started, finished)).toISOString();
}
