import type { PipelinePlan, PlannedJob } from "../../common/schema/pipeline-plan.ts";
import type { Variables } from "../cicd/pipeline/fill-text.ts";
import { loadPipeline } from "../cicd/pipeline/load-pipeline.ts";
import { type PlannedPipeline, planPipeline } from "../cicd/pipeline/plan-pipeline.ts";
import type { RunContext } from "../cicd/pipeline/run-context.ts";
import { type CliPorts, type ExitCode, exitCodes } from "./cli-ports.ts";
import type { Command } from "./command.ts";
import { contextFlags, readContext } from "./context-flags.ts";
import { describeMistakes } from "./describe-mistakes.ts";

/** For scripts and editors: ends with 0 where a pipeline can run, 1 where something is wrong with it. */
export const validateCommand: Command = {
    name: "validate",
    words: ["[file or folder]"],
    summary: "Check a pipeline.yml without a server; tells every mistake with its line and what to write instead.",
    flags: {
        ...contextFlags,
        json: { type: "boolean", help: "Print mistakes and plan as JSON" },
    },
    async run(line, ports) {
        const { branch, tag, trigger = "webhook" } = readContext(line, "validate");
        const ofRef = branch ?? (tag === undefined ? "main" : undefined);
        const context = { branch: ofRef, tag, trigger, variables: runVariables({ branch: ofRef, tag }) };
        const { path, read } = await ports.findPipeline(line.words[0] ?? ".");
        const loaded = await loadPipeline(path, read);
        const result = loaded.ok ? planPipeline(loaded.pipeline, context) : loaded;
        return line.has("json") ? printJson(result, ports) : printText(path, result, ports);
    },
};

/** What a run tells; stand-ins of the same shape for what only a server knows. */
function runVariables({ branch = "main", tag = "" }: Pick<RunContext, "branch" | "tag">): Variables {
    const commit = "0".repeat(40);
    return {
        ...{ CI: "true", CICD_STACK: "stack", CICD_BRANCH: branch, CICD_TAG: tag, CICD_PIPELINE_ID: "0".repeat(32) },
        ...{ CICD_COMMIT_SHA: commit, CICD_IMAGE_TAG: commit },
    };
}

function printJson(result: PlannedPipeline, ports: CliPorts): ExitCode {
    ports.print(JSON.stringify(result, undefined, 4));
    return result.ok ? exitCodes.ok : exitCodes.failed;
}

function printText(path: string, result: PlannedPipeline, ports: CliPorts): ExitCode {
    const lines = result.ok ? describePlan(path, result.plan) : describeMistakes(path, result.mistakes);
    lines.forEach((line) => ports.print(line));
    return result.ok ? exitCodes.ok : exitCodes.failed;
}

function describePlan(path: string, { stages, jobs, leftOut }: PipelinePlan): readonly string[] {
    const ofStage = stages.flatMap(({ name }) => [
        `  ${name}`,
        ...jobs.filter(({ stage }) => stage === name).map((job) => `    ${describeJob(job)}`),
    ]);
    const without = leftOut.length === 0 ? [] : [`  left out by their rules: ${leftOut.join(", ")}`];
    return [`${path} is right: ${counted(jobs, "job")} in ${counted(stages, "stage")}.`, ...ofStage, ...without];
}

function counted(list: readonly unknown[], noun: string): string {
    return `${list.length} ${noun}${list.length === 1 ? "" : "s"}`;
}

function describeJob({ name, image, when, needs }: PlannedJob): string {
    const details = [
        image,
        ...(needs.length > 0 ? [`after ${needs.join(", ")}`] : []),
        ...(when === "on_success" ? [] : [when]),
    ];
    return `${name} (${details.join("; ")})`;
}
