import type { PlannedJob } from "../../../common/schema/pipeline-plan.ts";
import type { Need } from "./needs.ts";
import type { UnlinkedJob } from "./plan-job.ts";

/** A job, and what its definition names as needed; undefined where it waits for its stage. */
export interface Linkable {
    readonly job: UnlinkedJob;
    readonly needs: readonly Need[] | undefined;
}

/** Says of every job what it waits for. `jobs` in the order of the plan, without circles, and none needs a later stage. */
export function linkJobs(jobs: readonly Linkable[], stages: readonly string[]): PlannedJob[] {
    const rank = new Map(stages.map((stage, index) => [stage, index]));
    const rankOf = ({ job }: Linkable): number => rank.get(job.stage) ?? -1;
    const optional = findOptional(jobs);
    return jobs.map((linkable) => {
        const { job } = linkable;
        const earlier = jobs.filter((other) => rankOf(other) < rankOf(linkable));
        const needed = linkable.needs?.flatMap((need) => madeOf(need.job, jobs));
        // Nothing waits by its stage for what may never be started.
        const byStage = earlier.map((other) => other.job.name).filter((name) => !optional.has(name));
        const waitsFor = needed ?? byStage;
        return {
            ...job,
            optional: optional.has(job.name),
            waitsFor,
            needs: needed ?? [],
            artifactsFrom: artifactsFrom(linkable, jobs, waitsFor),
        };
    });
}

/** Manual jobs that may fail, and whatever needs one of those. */
function findOptional(jobs: readonly Linkable[]): ReadonlySet<string> {
    const found = new Set(
        jobs.filter(({ job }) => job.when === "manual" && job.allowFailure).map(({ job }) => job.name),
    );
    for (let before = -1; before !== found.size;) {
        before = found.size;
        jobs.filter(({ needs = [] }) =>
            needs.some((need) => madeOf(need.job, jobs).some((name) => found.has(name))),
        ).forEach(({ job }) => found.add(job.name));
    }
    return found;
}

/** The jobs of the plan that one of the file became. */
function madeOf(definition: string, jobs: readonly Linkable[]): string[] {
    return jobs.filter(({ job }) => job.definition === definition).map(({ job }) => job.name);
}

function artifactsFrom({ needs }: Linkable, jobs: readonly Linkable[], waitsFor: readonly string[]): string[] {
    const withoutThem = new Set(needs?.filter((need) => !need.artifacts).map((need) => need.job));
    return jobs
        .filter(({ job }) => job.artifacts !== undefined && waitsFor.includes(job.name))
        .filter(({ job }) => !withoutThem.has(job.definition))
        .map(({ job }) => job.name);
}
