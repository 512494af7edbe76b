import { GitRef } from "../../common/schema/git-ref.ts";
import type { PipelineMistake } from "../../common/schema/pipeline-mistake.ts";
import type { PipelinePlan, PlannedJob } from "../../common/schema/pipeline-plan.ts";
import { TriggerType } from "../../common/schema/deployment.ts";
import { loadPipeline } from "../cicd/pipeline/load-pipeline.ts";
import { describeMistake } from "../cicd/pipeline/mistake.ts";
import { type PlannedPipeline, planPipeline } from "../cicd/pipeline/plan-pipeline.ts";
import type { RunContext } from "../cicd/pipeline/run-context.ts";
import { type CliPorts, type ExitCode, exitCodes } from "./cli-ports.ts";
import { type Command, type CommandLine, UsageError } from "./command.ts";

/** For scripts and editors: ends with 0 where a pipeline can run, 1 where something is wrong with it. */
export const validateCommand: Command = {
    name: "validate",
    words: ["[file or folder]"],
    summary: "Check a pipeline.yml without a server; tells every mistake with its line and what to write instead.",
    flags: {
        branch: { type: "string", help: "Branch that its rules are asked for (main)" },
        tag: { type: "string", help: "Tag that its rules are asked for, in the place of a branch" },
        trigger: { type: "string", help: `What starts it: ${TriggerType.options.join(", ")} (webhook)` },
        json: { type: "boolean", help: "Print mistakes and plan as JSON" },
    },
    async run(line, ports) {
        const context = readContext(line);
        const { path, read } = await ports.findPipeline(line.words[0] ?? ".");
        const loaded = await loadPipeline(path, read);
        const result = loaded.ok ? planPipeline(loaded.pipeline, context) : loaded;
        return line.has("json") ? printJson(result, ports) : printText(path, result, ports);
    },
};

/** Which run the plan is made for; throws UsageError. */
function readContext(line: CommandLine): RunContext {
    const trigger = TriggerType.safeParse(line.text("trigger") ?? "webhook");
    if (!trigger.success) {
        throw new UsageError(`validate: --trigger is one of ${TriggerType.options.join(", ")}`);
    }
    const tag = line.text("tag");
    const branch = line.text("branch") ?? (tag === undefined ? "main" : undefined);
    for (const ref of [tag, branch]) {
        if (ref !== undefined && !GitRef.safeParse(ref).success) {
            throw new UsageError(`validate: ${ref} is no name of a branch or tag`);
        }
    }
    return { branch, tag, trigger: trigger.data };
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

function describeMistakes(path: string, mistakes: readonly PipelineMistake[]): readonly string[] {
    const count = mistakes.length === 1 ? "1 mistake" : `${mistakes.length} mistakes`;
    return [...mistakes.map((mistake) => describeMistake(mistake)), `${path} has ${count}.`];
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
