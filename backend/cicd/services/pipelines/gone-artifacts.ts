import type { PipelinePlan } from "../../../../common/schema/pipeline-plan.ts";
import { hasEnded, type JobRecord } from "../../core/pipeline-run.ts";

/**
 * Names of the jobs that are over and whose artifacts others may build on, but which are not there: nothing was kept, or
 * they have expired. `missing` are ids of archives that were looked for and not found.
 */
export function goneArtifacts(
    { jobs: planned }: PipelinePlan,
    jobs: readonly JobRecord[],
    missing: readonly string[],
): readonly string[] {
    const leaving = new Set(
        planned.filter(({ artifacts }) => artifacts && artifacts.when !== "on_failure").map(({ name }) => name),
    );
    const isGone = ({ id, name, status, reusedFrom, artifacts }: JobRecord): boolean =>
        artifacts === undefined
            ? status === "success" && leaving.has(name)
            : hasEnded(status) && missing.includes(reusedFrom ?? id);
    return jobs.filter(isGone).map(({ name }) => name);
}

/** The line that tells of them. */
export function goneLine(names: readonly string[]): string {
    return `No artifacts of ${names.join(", ")} are there (any more): what builds on them may fail. Retry the pipeline from there to make them again.`;
}
