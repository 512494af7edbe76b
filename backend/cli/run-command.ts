import type { PipelineMistake } from "../../common/schema/pipeline-mistake.ts";
import { loadPipeline } from "../cicd/pipeline/load-pipeline.ts";
import { planPipeline } from "../cicd/pipeline/plan-pipeline.ts";
import { chooseJobs, type ChosenJobs } from "./choose-jobs.ts";
import { type CliPorts, type ExitCode, exitCodes } from "./cli-ports.ts";
import { type Command, UsageError } from "./command.ts";
import { contextFlags } from "./context-flags.ts";
import { describeMistakes } from "./describe-mistakes.ts";
import { createJobOutput } from "./job-output.ts";
import { describeJobs } from "./job-table.ts";
import { type LocalResult, runLocally } from "./local-run.ts";
import type { LocalJobs } from "./local-ports.ts";
import type { PipelineFiles } from "./pipeline-files.ts";
import { variableFlags } from "./read-variables.ts";
import { describePlace, placeRun, readRunRequest, type RunPlace, type RunRequest } from "./run-request.ts";

/** Ends with 0 where the pipeline is good, 1 where it failed, 2 where it cannot be run as it is written. */
export const runCommand: Command = {
    name: "run",
    words: ["[file or folder]"],
    summary: "Run a pipeline.yml on this machine, in the working copy as it is; no server is needed.",
    flags: {
        job: { type: "string", help: "Run this job alone, without what it needs; may be given again" },
        manual: { type: "string", help: "Run this manual job as well; may be given again" },
        branch: { ...contextFlags.branch, help: "Branch that its rules are asked for (the one that is checked out)" },
        tag: contextFlags.tag,
        trigger: { ...contextFlags.trigger, help: contextFlags.trigger.help.replace("(webhook)", "(manual)") },
        ...variableFlags,
        "allow-docker": { type: "boolean", help: "Allow docker: true, which gives a job all rights on this machine" },
        json: { type: "boolean", help: "Print the result as JSON; what the jobs say goes to standard error" },
    },
    async run(line, ports) {
        const request = await readRunRequest(line, ports);
        const files = await ports.findPipeline(request.path);
        const loaded = await loadPipeline(files.path, files.read);
        if (!loaded.ok) {
            return printMistakes(files.path, loaded.mistakes, ports);
        }
        const copy = await ports.local.describeWorkingCopy(files.root);
        const jobs = await ports.local.openJobs(files.root);
        const place = placeRun(request, { root: files.root, copy, runId: jobs.runId });
        const planned = planPipeline(loaded.pipeline, place.context);
        if (!planned.ok) {
            return printMistakes(files.path, planned.mistakes, ports);
        }
        const chosen = chooseJobs(planned.plan, request.choice);
        checkDocker(chosen, request);
        const say = request.asJson ? ports.printError : ports.print;
        [describePlace(place, files.path, copy), ...chosen.notes].forEach(say);
        const result = await runChosen({ request, files, jobs, place, chosen, say }, ports);
        return conclude(result, request, { ports, say });
    },
};

function printMistakes(path: string, mistakes: readonly PipelineMistake[], ports: CliPorts): ExitCode {
    describeMistakes(path, mistakes).forEach((text) => ports.print(text));
    return exitCodes.usage;
}

function checkDocker({ plan, states }: ChosenJobs, { allowsDocker }: RunRequest): void {
    const job = plan.jobs.find(({ name, docker }) => docker && states[name] === undefined);
    if (job !== undefined && !allowsDocker) {
        throw new UsageError(
            `run: ${job.name} asks for the engine itself (docker: true), and so for all rights on this machine; ` +
                "--allow-docker gives it to this pipeline",
        );
    }
}

interface Prepared {
    readonly request: RunRequest;
    readonly files: PipelineFiles;
    readonly jobs: LocalJobs;
    readonly place: RunPlace;
    readonly chosen: ChosenJobs;
    readonly say: (line: string) => void;
}

async function runChosen(prepared: Prepared, ports: CliPorts): Promise<LocalResult> {
    const { request, files, jobs, place, chosen, say } = prepared;
    const names = chosen.plan.jobs.map(({ name }) => name).filter((name) => chosen.states[name] === undefined);
    const output = createJobOutput({ names, coloured: isColoured(ports, request), print: say });
    const cancel = new AbortController();
    const stopListening = ports.local.onInterrupt(() => {
        say("Cancelling; once more ends at once, and leaves containers to the next run.");
        cancel.abort();
    });
    try {
        return await runLocally(
            { ...jobs, output, warn: ports.printError },
            {
                ...chosen,
                root: files.root,
                variables: request.variables,
                of: place.of,
                allowsDocker: request.allowsDocker,
                signal: cancel.signal,
            },
        );
    } finally {
        stopListening();
    }
}

function isColoured({ local, environment }: CliPorts, { asJson }: RunRequest): boolean {
    return local.isTerminal && !asJson && !environment["NO_COLOR"] && environment["TERM"] !== "dumb";
}

function conclude(
    { result, seconds, ends }: LocalResult,
    request: RunRequest,
    { ports, say }: { readonly ports: CliPorts; readonly say: (line: string) => void },
): ExitCode {
    const end = { success: "is good", failed: "has failed", cancelled: "was cancelled" }[result];
    [
        "",
        ...describeJobs(ends, isColoured(ports, request)),
        "",
        `The pipeline ${end} (${seconds.toFixed(1)} s).`,
    ].forEach(say);
    if (request.asJson) {
        const jobs = ends.map(({ job, ...rest }) => ({ name: job.name, stage: job.stage, ...rest }));
        ports.print(JSON.stringify({ result, seconds, jobs }, undefined, 4));
    }
    return result === "success" ? exitCodes.ok : exitCodes.failed;
}
