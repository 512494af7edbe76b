import type { PipelineMistake } from "../../../../common/schema/pipeline-mistake.ts";
import type { PipelinePlan } from "../../../../common/schema/pipeline-plan.ts";
import type { DeploymentStore } from "../../core/deployment.ts";
import type { Files } from "../../core/files.ts";
import type { Git, GitCall } from "../../core/git.ts";
import type { RepositoryRecord } from "../../core/git-repository.ts";
import type { PipelineRecord } from "../../core/pipeline-run.ts";
import { loadPipeline } from "../../pipeline/load-pipeline.ts";
import { planPipeline } from "../../pipeline/plan-pipeline.ts";
import { runVariables } from "./job-environment.ts";

export interface ReadPipelinePorts {
    readonly files: Pick<Files, "realPath" | "readRegular">;
    readonly git: Pick<Git, "changedFiles">;
    readonly deployments: Pick<DeploymentStore, "findLive">;
}

/** Larger ones are refused by what reads them, with a reason. */
const mostBytes = 8 * 1024 * 1024;

/** What of a pipeline file in a worktree runs for a run's commit, or all mistakes in it. */
export async function readPipeline(
    ports: ReadPipelinePorts,
    run: PipelineRecord,
    given: {
        readonly worktree: string;
        readonly path: string;
        readonly repository: RepositoryRecord;
        readonly call: GitCall;
    },
): Promise<
    | { readonly ok: true; readonly plan: PipelinePlan }
    | { readonly ok: false; readonly mistakes: readonly PipelineMistake[] }
> {
    const loaded = await loadPipeline(given.path, (path) => readInside(ports.files, given.worktree, path));
    if (!loaded.ok) {
        return loaded;
    }
    return planPipeline(loaded.pipeline, {
        branch: run.tag === undefined ? run.branch : undefined,
        tag: run.tag,
        trigger: run.triggeredBy,
        changedPaths: await changedPaths(ports, run, given),
        variables: runVariables(run),
    });
}

/** Links of the repository may lead to other files of it, and nowhere else. */
export async function readInside(
    files: Pick<Files, "realPath" | "readRegular">,
    worktree: string,
    path: string,
): Promise<string | undefined> {
    const real = await files.realPath(worktree, path);
    return real === undefined ? undefined : files.readRegular(worktree, real, mostBytes);
}

/** What differs from what the stack runs; undefined where that is not known, or is this very commit. */
async function changedPaths(
    { git, deployments }: ReadPipelinePorts,
    { stackId, commitSha }: PipelineRecord,
    { repository, call }: { readonly repository: RepositoryRecord; readonly call: GitCall },
): Promise<readonly string[] | undefined> {
    const live = await deployments.findLive(stackId);
    if (live === undefined || live.commitSha === "" || live.commitSha === commitSha) {
        return undefined;
    }
    return git.changedFiles(repository, live.commitSha, commitSha, call);
}
