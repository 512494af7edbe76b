import type { PipelineMistake } from "../../../../common/schema/pipeline-mistake.ts";
import type { PipelinePlan } from "../../../../common/schema/pipeline-plan.ts";
import type { Clock } from "../../core/clock.ts";
import { DeploymentFailure, sentence } from "../../core/failure.ts";
import type { GitCall } from "../../core/git.ts";
import type { PipelineRecord, PipelineStore } from "../../core/pipeline-run.ts";
import { describeMistake } from "../../pipeline/mistake.ts";
import type { Connection } from "../connection.ts";
import { runLine } from "./job-log.ts";
import { readPipeline, type ReadPipelinePorts } from "./read-pipeline.ts";
import { type EarlierRun, newJobs } from "./reused-jobs.ts";

export interface BeginPipelinePorts extends ReadPipelinePorts {
    readonly pipelines: Pick<PipelineStore, "begin" | "find" | "jobs">;
    readonly clock: Clock;
}

export interface BeginInput {
    readonly record: PipelineRecord;
    readonly connection: Pick<Connection, "repository" | "config">;
    readonly worktree: string;
    readonly call: GitCall;
    /** A line for the run's log. */
    readonly say: (text: string) => void;
}

/**
 * Reads the pipeline of a worktree and writes down what runs of it. Throws DeploymentFailure `pipeline_failed` where there
 * is none, or it has mistakes; all of them are said.
 */
export async function beginPipeline(ports: BeginPipelinePorts, input: BeginInput): Promise<PipelineRecord> {
    const { record, connection, worktree, call, say } = input;
    const { repository, config } = connection;
    const read = await readPipeline(ports, record, { worktree, path: config.pipelinePath, repository, call });
    if (!read.ok) {
        throw refuse(config.pipelinePath, read.mistakes, say);
    }
    const rows = newJobs(read.plan, await findEarlier(ports, record));
    const begun = await ports.pipelines.begin(record.id, read.plan, rows, ports.clock.now().toISOString());
    say(runLine(record.id, describePlan(read.plan)));
    const kept = rows.filter(({ reusedFrom }) => reusedFrom !== undefined).map(({ name }) => name);
    if (kept.length > 0) {
        say(`Taken over from pipeline ${record.retryOf}: ${kept.join(", ")}.`);
    }
    return begun;
}

function refuse(path: string, mistakes: readonly PipelineMistake[], say: (text: string) => void): DeploymentFailure {
    const lines = mistakes.map(describeMistake);
    lines.forEach(say);
    const [first = "it cannot be read"] = lines;
    const what = lines.length === 1 ? "a mistake" : `${lines.length} mistakes; the first`;
    return new DeploymentFailure("pipeline_failed", sentence(`${path} has ${what}: ${first}`));
}

function describePlan({ jobs, stages, leftOut }: PipelinePlan): string {
    const left = leftOut.length === 0 ? "" : ` Left out by their rules: ${leftOut.join(", ")}.`;
    if (jobs.length === 0) {
        return `no job runs for this commit.${left}`;
    }
    const byStage = stages.map(({ name }) => {
        const names = jobs.filter(({ stage }) => stage === name).map((job) => job.name);
        return `${name} (${names.join(", ")})`;
    });
    return `${jobs.length} job(s) in the stages ${byStage.join(", ")}.${left}`;
}

async function findEarlier(
    { pipelines }: BeginPipelinePorts,
    { retryOf, retryFrom, commitSha }: PipelineRecord,
): Promise<EarlierRun | undefined> {
    const earlier = retryOf === undefined ? undefined : await pipelines.find(retryOf);
    // What went well for another commit says nothing of this one.
    if (earlier?.plan === undefined || earlier.commitSha !== commitSha) {
        return undefined;
    }
    const jobs = (await pipelines.jobs([earlier.id])).get(earlier.id) ?? [];
    return { plan: earlier.plan, jobs, from: retryFrom };
}
