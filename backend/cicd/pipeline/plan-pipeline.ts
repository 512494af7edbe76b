import type { PipelineMistake } from "../../../common/schema/pipeline-mistake.ts";
import type { PipelineDefaults } from "../../../common/schema/pipeline-job.ts";
import type { PipelinePlan } from "../../../common/schema/pipeline-plan.ts";
import { applyRules, type RuledJob } from "./apply-rules.ts";
import { addVariables, missingVariable, TextTooLong } from "./fill-text.ts";
import { checkImages } from "./check-images.ts";
import type { JobSource } from "./job-source.ts";
import { missingVariableHint } from "./foreign-variables.ts";
import { linkJobs } from "./link-jobs.ts";
import { placeAt } from "./located.ts";
import { combinationsOf } from "./matrix.ts";
import { mistakeAt, sortMistakes } from "./mistake.ts";
import { needsOf } from "./needs.ts";
import { type Pipeline, stageOf } from "./pipeline.ts";
import { type JobParts, ownVariables, planJob, type UnlinkedJob } from "./plan-job.ts";
import type { RunContext } from "./run-context.ts";

/** Of all jobs: they are kept with every run, and shown. */
const mostCharacters = 8 * 1024 * 1024;

export type PlannedPipeline =
    | { readonly ok: true; readonly plan: PipelinePlan }
    | { readonly ok: false; readonly mistakes: readonly PipelineMistake[] };

interface Chosen {
    readonly source: JobSource;
    readonly ruled: RuledJob;
}

/** What of a pipeline runs for one commit, and in which order. Mistakes are what only shows with these rules and variables. */
export function planPipeline(pipeline: Pipeline, context: RunContext): PlannedPipeline {
    const chosen = choose(pipeline, context);
    const names = new Set(chosen.map(({ source }) => source.name));
    const size = { characters: 0 };
    const planned = chosen.map((one) => ({ ...one, ...planAll(one, pipeline, context, size) }));
    const mistakes = [...chosen.flatMap((one) => checkLeftOut(one, names)), ...planned.flatMap((one) => one.mistakes)];
    if (mistakes.length > 0) {
        return { ok: false, mistakes: sortMistakes(mistakes, [...pipeline.files].reverse()) };
    }
    const linkable = planned.flatMap(({ source, jobs }) => jobs.map((job) => ({ job, needs: needsOf(source) })));
    const { stages, parallelism } = pipeline;
    const atOnce = (stage: string): number =>
        typeof parallelism === "number" ? parallelism : (parallelism[stage] ?? 1);
    const plan: PipelinePlan = {
        stages: stages
            .filter((stage) => linkable.some(({ job }) => job.stage === stage))
            .map((name) => ({ name, parallelism: atOnce(name) })),
        jobs: linkJobs(linkable, stages),
        leftOut: pipeline.jobs.map(({ name }) => name).filter((name) => !names.has(name)),
    };
    return { ok: true, plan };
}

/** Those that their rules let run, in the order of the stages, then of the file. */
function choose({ jobs, stages }: Pipeline, context: RunContext): readonly Chosen[] {
    const rank = (job: JobSource): number => stages.indexOf(stageOf(job, stages) ?? "");
    return [...jobs]
        .sort((a, b) => rank(a) - rank(b))
        .flatMap((source) => {
            const ruled = applyRules(source.spec, context);
            return ruled === undefined ? [] : [{ source, ruled }];
        });
}

function checkLeftOut({ source }: Chosen, names: ReadonlySet<string>): readonly PipelineMistake[] {
    return (needsOf(source) ?? []).flatMap((need, index) => {
        const message = `${source.name} needs ${need.job}, which its rules leave out here`;
        const hint = `give both the same rules, or write needs: [{ job: ${need.job}, optional: true }]`;
        const isMissing = !need.optional && !names.has(need.job);
        return isMissing ? [mistakeAt(placeAt(source.node, ["needs", index]), message, hint)] : [];
    });
}

function planAll(
    { source, ruled }: Chosen,
    { stages, defaults }: Pipeline,
    { variables: given = {} }: RunContext,
    size: Size,
): { readonly jobs: readonly UnlinkedJob[]; readonly mistakes: readonly PipelineMistake[] } {
    if (size.characters > mostCharacters) {
        return { jobs: [], mistakes: [] };
    }
    const stage = stageOf(source, stages) ?? "";
    const parts = combinationsOf(source.spec.matrix).map((combination): JobParts => ({
        source,
        stage,
        ruled,
        combination,
        defaults,
        given,
    }));
    try {
        const mistakes = parts.flatMap((part) => [...checkVariables(part), ...checkImages(part)]);
        return { jobs: mistakes.length > 0 ? [] : parts.map((part) => counted(planJob(part), size)), mistakes };
    } catch (error) {
        if (error instanceof PlanTooLarge) {
            const message = "the jobs of the pipeline take more than 8 MB with all that they share";
            return { jobs: [], mistakes: [mistakeAt(source.place, message, "split the pipeline, or share less")] };
        }
        if (!(error instanceof TextTooLong)) {
            throw error;
        }
        const message = `${source.name}: its variables make a text longer than 65,536 characters, or 1 MB together`;
        return { jobs: [], mistakes: [mistakeAt(source.place, message, "put less into each other")] };
    }
}

interface Size {
    characters: number;
}

class PlanTooLarge extends Error {}

function counted(job: UnlinkedJob, size: Size): UnlinkedJob {
    size.characters += JSON.stringify(job).length;
    if (size.characters > mostCharacters) {
        throw new PlanTooLarge();
    }
    return job;
}

/** An image cannot be pulled by half a name, and a cache with half a key is another one's. */
function checkVariables(parts: JobParts): readonly PipelineMistake[] {
    const { source, defaults, given } = parts;
    const { image = "", cache }: Partial<PipelineDefaults> = { ...defaults, ...source.spec };
    const variables = addVariables(given, ownVariables(parts));
    const texts = [["image", image], ...[cache ?? []].flat().map(({ key = "" }) => ["cache", key] as const)] as const;
    return texts.flatMap(([key, text]) => {
        const missing = missingVariable(text, variables);
        const message = `${source.name}.${key}: the variable ${missing} has no value`;
        return missing === undefined
            ? []
            : [mistakeAt(placeAt(source.node, [key]), message, missingVariableHint(missing))];
    });
}
