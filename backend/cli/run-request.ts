import { basename } from "node:path";
import type { RunContext } from "../cicd/pipeline/run-context.ts";
import { runVariables } from "../cicd/services/pipelines/job-environment.ts";
import type { CliPorts } from "./cli-ports.ts";
import { type CommandLine, UsageError } from "./command.ts";
import { readContext } from "./context-flags.ts";
import type { JobChoice } from "./choose-jobs.ts";
import { readVariables } from "./read-variables.ts";
import type { WorkingCopy } from "./working-copy.ts";

/** What its jobs are told of a run. */
export type RunOf = Parameters<typeof runVariables>[0];

/** What a person wants to run, of the command line. */
export interface RunRequest {
    readonly path: string;
    readonly context: ReturnType<typeof readContext>;
    readonly choice: JobChoice;
    /** Those that a stack would have. */
    readonly variables: Readonly<Record<string, string>>;
    readonly allowsDocker: boolean;
    readonly asJson: boolean;
}

/** Throws UsageError. */
export async function readRunRequest(line: CommandLine, ports: CliPorts): Promise<RunRequest> {
    const choice = { only: line.texts("job"), manual: line.texts("manual") };
    if (choice.only.length > 0 && choice.manual.length > 0) {
        throw new UsageError("run: --job runs manual jobs as well; give it alone, or --manual alone");
    }
    return {
        path: line.words[0] ?? ".",
        context: readContext(line, "run"),
        choice,
        variables: await readVariables(line, ports),
        allowsDocker: line.has("allow-docker"),
        asJson: line.has("json"),
    };
}

/** What a run has of the working copy that it runs in. */
export interface RunPlace {
    readonly context: RunContext;
    readonly of: RunOf;
}

/** The branch that is checked out counts where none is named, and "main" where there is none. */
export function placeRun(
    { context }: Pick<RunRequest, "context">,
    { root, copy, runId }: { readonly root: string; readonly copy: WorkingCopy; readonly runId: string },
): RunPlace {
    const { tag, trigger = "manual" } = context;
    const current = copy.branch ?? "main";
    const branch = context.branch ?? (tag === undefined ? current : undefined);
    const of = {
        ...{ id: runId, stackId: basename(root), tag },
        commitSha: copy.commit ?? "",
        branch: branch ?? current,
    };
    return { context: { branch, tag, trigger, variables: runVariables(of) }, of };
}

/** What is run, in one sentence. */
export function describePlace({ of }: RunPlace, path: string, copy: WorkingCopy): string {
    const changed = copy.isChanged ? ": working copy with uncommitted changes" : "";
    const commit = of.commitSha === "" ? "(no commit)" : `at ${of.commitSha.slice(0, 12)} on ${of.branch}`;
    return `Running ${path} ${commit}${changed}`;
}
