import type { PlannedJob } from "../../../../common/schema/pipeline-plan.ts";
import type { FailedJob } from "../../pipeline/try-job.ts";
import { sentence } from "../../core/failure.ts";
import type { JobRecord } from "../../core/pipeline-run.ts";

type Failed = Pick<JobRecord, "name" | "reason" | "exitCode" | "error">;

/** `Job unit failed with exit code 1`, or why it failed otherwise; without a full stop. */
export function describeFailure({ name, reason, exitCode, error }: Failed): string {
    const plain = reason === "script" && exitCode !== undefined;
    return plain ? `Job ${name} failed with exit code ${exitCode}` : `Job ${name} failed: ${withoutStop(error)}`;
}

export function describeRetry({ name, retry }: PlannedJob, next: number, failed: FailedJob): string {
    const what = describeFailure({ name, ...failed, error: failed.message });
    return `${what}. It is tried again (${next - 1} of ${retry.max}).`;
}

/** Why a pipeline failed, in one sentence: the first of the jobs, and which else. */
export function describeFailedJobs(failed: readonly Failed[]): string {
    const [first, ...others] = failed;
    if (first === undefined) {
        return "The pipeline failed: a job that others wait for did not run.";
    }
    const more = others.length === 0 ? "" : `; so did ${others.map(({ name }) => name).join(", ")}`;
    return sentence(`${describeFailure(first)}${more}`);
}

/** From one time to another, for people. */
export function describeSeconds(from: string | undefined, to: string): string {
    const seconds = from === undefined ? 0 : Math.max(0, (Date.parse(to) - Date.parse(from)) / 1000);
    return `${seconds < 10 ? Number(seconds.toFixed(1)) : Math.round(seconds)} s`;
}

function withoutStop(text = "no reason is known"): string {
    return text.replace(/\.$/, "");
}
