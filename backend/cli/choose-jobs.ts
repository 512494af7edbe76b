import type { PipelinePlan, PlannedJob } from "../../common/schema/pipeline-plan.ts";
import { meant } from "../cicd/pipeline/closest.ts";
import type { JobStates } from "../cicd/pipeline/progress.ts";
import { UsageError } from "./command.ts";

/** Jobs by their names in the plan or in the file; the latter stand for all jobs of a matrix. */
export interface JobChoice {
    /** Those that run alone; none: the whole plan. */
    readonly only: readonly string[];
    /** Manual jobs that run as if somebody had started them. */
    readonly manual: readonly string[];
}

export interface ChosenJobs {
    readonly plan: PipelinePlan;
    /** Of the jobs that are not run. */
    readonly states: JobStates;
    /** Sentences for people. */
    readonly notes: readonly string[];
}

/** What of a plan is run on a person's own machine, where nobody starts a manual job later. Throws UsageError. */
export function chooseJobs(plan: PipelinePlan, { only, manual }: JobChoice): ChosenJobs {
    return only.length > 0 ? chooseOnly(plan, only) : chooseAll(plan, findManual(plan, manual));
}

function chooseOnly(plan: PipelinePlan, names: readonly string[]): ChosenJobs {
    const chosen = new Set(names.flatMap((name) => findJobs(plan, name)));
    const isChosen = (name: string): boolean => chosen.has(name);
    const jobs = plan.jobs
        .filter(({ name }) => isChosen(name))
        .map((job): PlannedJob => ({
            ...job,
            // Whoever names a job wants it to run, and to know whether it is good.
            when: "always",
            allowFailure: false,
            optional: false,
            waitsFor: job.waitsFor.filter(isChosen),
            needs: job.needs.filter(isChosen),
            artifactsFrom: job.artifactsFrom.filter(isChosen),
        }));
    const before = plan.jobs.filter(({ name }) => isChosen(name)).flatMap(({ waitsFor }) => waitsFor);
    const missing = [...new Set(before)].filter((name) => !isChosen(name));
    const note = `Not run before: ${missing.join(", ")}; what they would make is taken from the working copy as it is.`;
    return {
        plan: { ...plan, stages: plan.stages.filter(({ name }) => jobs.some(({ stage }) => stage === name)), jobs },
        states: {},
        notes: missing.length === 0 ? [] : [note],
    };
}

function chooseAll(plan: PipelinePlan, requested: ReadonlySet<string>): ChosenJobs {
    const jobs = plan.jobs.map((job): PlannedJob => (requested.has(job.name) ? { ...job, when: "on_success" } : job));
    const left = jobs.filter(({ when }) => when === "manual");
    const held = heldBy(
        jobs,
        left.filter(({ optional }) => !optional),
    );
    const all = [...left, ...held];
    const skipped = `Not run, as nobody starts them: ${left.map(({ name }) => name).join(", ")}; --manual NAME runs one.`;
    const waiting = `Not run, as they wait for those: ${held.map(({ name }) => name).join(", ")}.`;
    return {
        plan: { ...plan, jobs },
        states: Object.fromEntries(all.map(({ name }) => [name, "skipped" as const])),
        notes: [...(left.length > 0 ? [skipped] : []), ...(held.length > 0 ? [waiting] : [])],
    };
}

/** What may not go on before a person has said so, directly or through others. */
function heldBy(jobs: readonly PlannedJob[], gates: readonly PlannedJob[]): readonly PlannedJob[] {
    const held = new Set(gates.map(({ name }) => name));
    for (let before = -1; before < held.size;) {
        before = held.size;
        jobs.filter(({ waitsFor }) => waitsFor.some((name) => held.has(name))).forEach(({ name }) => held.add(name));
    }
    return jobs.filter(({ name, when }) => held.has(name) && when !== "manual");
}

function findManual(plan: PipelinePlan, names: readonly string[]): ReadonlySet<string> {
    const found = names.flatMap((name) => findJobs(plan, name));
    const [other] = plan.jobs.filter(({ name, when }) => found.includes(name) && when !== "manual");
    if (other !== undefined) {
        throw new UsageError(`run: ${other.name} is no manual job; it runs without --manual, and alone with --job`);
    }
    return new Set(found);
}

/** The jobs of the plan that a name means, in its order. */
function findJobs({ jobs, leftOut }: PipelinePlan, name: string): readonly string[] {
    const exact = jobs.filter((job) => job.name === name);
    const found = exact.length > 0 ? exact : jobs.filter(({ definition }) => definition === name);
    if (found.length > 0) {
        return found.map((job) => job.name);
    }
    if (leftOut.includes(name)) {
        throw new UsageError(
            `run: the rules of ${name} leave it out here; --branch, --tag and --trigger ask for others`,
        );
    }
    const names = [...new Set(jobs.flatMap((job) => [job.definition, job.name]))];
    throw new UsageError(`run: there is no job ${name}; ${meant(name, names)}`);
}
