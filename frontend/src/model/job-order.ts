import type { PipelineJobRun } from "../../../common/schema/pipeline-run.ts";

export type OrderedJob = Pick<PipelineJobRun, "name" | "stage" | "when" | "allowFailure" | "waitsFor">;

/** Why a job waits: for its stage, or for jobs that it names. */
export interface JobOrder {
    /** Names of the jobs that nothing waits for by its stage: manual ones that may fail, and what needs them. */
    readonly optional: ReadonlySet<string>;
    /**
     * By name, the jobs that one names itself, without those that another of them waits for anyway; a job that just
     * waits for its stage is not in it.
     */
    readonly needs: ReadonlyMap<string, readonly string[]>;
}

/** Tells apart what waits for its stage and what has needs of its own. */
export function orderOf(jobs: readonly OrderedJob[], stages: readonly string[]): JobOrder {
    const rank = new Map(stages.map((stage, index) => [stage, index]));
    const rankOf = (job: OrderedJob): number => rank.get(job.stage) ?? -1;
    const optional = findOptional(jobs);
    const before = ancestors(jobs);
    const needs = new Map<string, readonly string[]>();
    for (const job of jobs) {
        const byStage = jobs.filter((other) => rankOf(other) < rankOf(job) && !optional.has(other.name));
        if (!sameNames(byStage, job.waitsFor)) {
            needs.set(job.name, withoutDetours(job.waitsFor, before));
        }
    }
    return { optional, needs };
}

function findOptional(jobs: readonly OrderedJob[]): ReadonlySet<string> {
    const found = new Set(
        jobs.filter(({ when, allowFailure }) => when === "manual" && allowFailure).map(({ name }) => name),
    );
    for (let size = -1; size !== found.size;) {
        size = found.size;
        jobs.filter(({ waitsFor }) => waitsFor.some((name) => found.has(name))).forEach(({ name }) => found.add(name));
    }
    return found;
}

function sameNames(jobs: readonly OrderedJob[], names: readonly string[]): boolean {
    const wanted = new Set(names);
    return jobs.length === wanted.size && jobs.every(({ name }) => wanted.has(name));
}

type Ancestors = ReadonlyMap<string, ReadonlySet<string>>;

/** By name, all that has to end before a job, however far away. */
function ancestors(jobs: readonly OrderedJob[]): Ancestors {
    const byName = new Map(jobs.map((job) => [job.name, job]));
    const known = new Map<string, Set<string>>();

    function collect(name: string): Set<string> {
        const found = known.get(name);
        if (found !== undefined) {
            return found;
        }
        const all = new Set<string>();
        // Known before it is whole, so that a circle ends.
        known.set(name, all);
        for (const other of byName.get(name)?.waitsFor ?? []) {
            all.add(other);
            collect(other).forEach((further) => all.add(further));
        }
        return all;
    }

    jobs.forEach(({ name }) => collect(name));
    return known;
}

function withoutDetours(names: readonly string[], before: Ancestors): readonly string[] {
    return names.filter((name) => !names.some((other) => other !== name && before.get(other)?.has(name)));
}
