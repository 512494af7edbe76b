import type { PipelineMistake } from "../../common/schema/pipeline-mistake.ts";
import type { PipelinePlan, PlannedJob } from "../../common/schema/pipeline-plan.ts";
import { loadPipeline } from "../../backend/cicd/pipeline/load-pipeline.ts";
import { describeMistake } from "../../backend/cicd/pipeline/mistake.ts";
import { type PlannedPipeline, planPipeline } from "../../backend/cicd/pipeline/plan-pipeline.ts";
import type { RunContext } from "../../backend/cicd/pipeline/run-context.ts";

export const pushToMain: RunContext = { branch: "main", trigger: "webhook", changedPaths: ["src/index.ts"] };

/** Files of a repository by their paths. */
export function repository(files: Readonly<Record<string, string>>) {
    return async (path: string) => files[path];
}

/** Plans a pipeline of one file, or of several. */
export async function planText(
    text: string | Readonly<Record<string, string>>,
    context = pushToMain,
): Promise<PlannedPipeline> {
    const files = typeof text === "string" ? { "pipeline.yml": text } : text;
    const loaded = await loadPipeline("pipeline.yml", repository(files));
    return loaded.ok ? planPipeline(loaded.pipeline, context) : loaded;
}

/** The plan of a text that must be right. */
export async function mustPlan(
    text: string | Readonly<Record<string, string>>,
    context = pushToMain,
): Promise<PipelinePlan> {
    const result = await planText(text, context);
    if (!result.ok) {
        throw new Error(linesOf(result.mistakes).join("\n"));
    }
    return result.plan;
}

/** What is wrong with a text, one line each; none where it is right. */
export async function mistakesIn(
    text: string | Readonly<Record<string, string>>,
    context = pushToMain,
): Promise<readonly string[]> {
    const result = await planText(text, context);
    return result.ok ? [] : linesOf(result.mistakes);
}

function linesOf(mistakes: readonly PipelineMistake[]): readonly string[] {
    return mistakes.map((mistake) => describeMistake(mistake));
}

/** A plan as text: only what is not a default. */
export function showPlan(plan: PipelinePlan): string {
    const stages = plan.stages.map(({ name, parallelism }) => `${name} (${parallelism} at once)`).join(" → ");
    const leftOut = plan.leftOut.length === 0 ? [] : [`left out: ${plan.leftOut.join(", ")}`];
    return [stages, ...plan.jobs.map(showJob), ...leftOut, ""].join("\n");
}

function showJob({ name, stage, definition, retry, ...job }: PlannedJob): string {
    const facts = { ...job, ...(retry.max > 0 ? { retry } : {}), ...(definition === name ? {} : { definition }) };
    const lines = Object.entries(facts).filter(([key, value]) => !isDefault(key, value));
    return [`${stage} / ${name}`, ...lines.map(([key, value]) => `    ${key}: ${JSON.stringify(value)}`)].join("\n");
}

function isDefault(key: string, value: unknown): boolean {
    return (
        value === false || (key === "when" && value === "on_success") || ["[]", "{}"].includes(JSON.stringify(value))
    );
}
