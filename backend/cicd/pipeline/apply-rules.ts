import type { PipelineJob } from "../../../common/schema/pipeline-job.ts";
import type { JobWhen, PipelinePatterns, PipelineRule } from "../../../common/schema/pipeline-rule.ts";
import type { PipelineVariables } from "../../../common/schema/pipeline-variables.ts";
import { fits } from "./match-pattern.ts";
import type { RunContext } from "./run-context.ts";

/** What a job's rules say for one run. */
export interface RuledJob {
    readonly when: JobWhen;
    readonly allowFailure: boolean;
    readonly variables: PipelineVariables;
}

type Ruled = Pick<PipelineJob, "rules" | "when" | "allow_failure">;

/** The first rule that fits decides; undefined where the job does not run: none fits, or that one says `never`. */
export function applyRules(job: Ruled, context: RunContext): RuledJob | undefined {
    const rule: PipelineRule | undefined =
        job.rules === undefined ? {} : job.rules.find((one) => ruleFits(one, context));
    const when = rule?.when ?? job.when ?? "on_success";
    if (rule === undefined || when === "never") {
        return undefined;
    }
    const allowFailure = rule.allow_failure ?? job.allow_failure ?? when === "manual";
    return { when, allowFailure, variables: rule.variables ?? {} };
}

/** All that a rule names must fit. */
function ruleFits(rule: PipelineRule, { branch, tag, trigger, changedPaths }: RunContext): boolean {
    return (
        (rule.branch === undefined || nameFits(branch, rule.branch)) &&
        (rule.tag === undefined || nameFits(tag, rule.tag)) &&
        (rule.trigger === undefined || [rule.trigger].flat().includes(trigger)) &&
        (rule.path === undefined || anyPathFits(changedPaths, rule.path))
    );
}

function nameFits(name: string | undefined, patterns: PipelinePatterns): boolean {
    return name !== undefined && fits(name, [patterns].flat(), "name");
}

function anyPathFits(paths: readonly string[] | undefined, patterns: PipelinePatterns): boolean {
    return paths === undefined || paths.some((path) => fits(path, [patterns].flat(), "path"));
}
