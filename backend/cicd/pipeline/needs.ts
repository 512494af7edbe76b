import type { CheckedJob } from "./job-source.ts";

export interface Need {
    readonly job: string;
    readonly artifacts: boolean;
    readonly optional: boolean;
}

/** What a job needs, with every default; undefined where it waits for its stage. */
export function needsOf({ spec }: Pick<CheckedJob, "spec">): readonly Need[] | undefined {
    return spec.needs?.map((need) => {
        const { job, artifacts = true, optional = false } = typeof need === "string" ? { job: need } : need;
        return { job, artifacts, optional };
    });
}
