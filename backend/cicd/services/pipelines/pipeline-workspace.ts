import type { Files } from "../../core/files.ts";
import type { Git, GitCall } from "../../core/git.ts";
import type { RepositoryRecord } from "../../core/git-repository.ts";
import type { JobExecutor } from "../../core/job-executor.ts";
import type { PipelineRecord } from "../../core/pipeline-run.ts";
import { type Workspace, workspaceAt, workspaceName } from "../../core/workspace.ts";

export interface PipelineWorkspacePorts {
    readonly git: Pick<Git, "addWorktree" | "removeWorktree">;
    readonly files: Pick<Files, "inspect" | "removeTree" | "makeDirectory" | "write">;
    readonly executor: Pick<JobExecutor, "close">;
    readonly workspacesDirectory: string;
    readonly onError: (error: unknown) => void;
}

type RunOfCommit = Pick<PipelineRecord, "id" | "stackId" | "commitSha">;

/** Written when everything is in its place: a crash may have cut off the making of the rest. */
const readyFile = "ready";

/** The folder that all jobs of a run share; not made by asking. */
export function pipelineWorkspace(
    { workspacesDirectory }: Pick<PipelineWorkspacePorts, "workspacesDirectory">,
    { id, stackId, commitSha }: RunOfCommit,
): Workspace {
    return workspaceAt(`${workspacesDirectory}/${workspaceName(stackId, commitSha, id)}`);
}

/** Whether jobs may have worked there already. */
export async function isReady({ files }: PipelineWorkspacePorts, { root }: Workspace): Promise<boolean> {
    return (await files.inspect(root, readyFile)) !== undefined;
}

/** The exact commit, checked out anew. Throws what git throws. */
export async function makeWorkspace(
    { git, files }: PipelineWorkspacePorts,
    { root, worktree }: Workspace,
    repository: RepositoryRecord,
    { commitSha, call }: { readonly commitSha: string; readonly call: GitCall },
): Promise<void> {
    await files.removeTree(root);
    await files.makeDirectory(root);
    await git.addWorktree(repository, commitSha, worktree, call);
}

export async function markReady({ files }: PipelineWorkspacePorts, { root }: Workspace): Promise<void> {
    await files.write(root, readyFile, "");
}

/** Removes what a run has left of containers, networks and files. What cannot be removed is told, and left to later. */
export async function closeWorkspace(
    { git, files, executor, onError }: PipelineWorkspacePorts,
    run: RunOfCommit,
    { root, worktree }: Workspace,
    repository: RepositoryRecord | undefined,
): Promise<void> {
    await executor.close(run.id, root).catch(onError);
    try {
        if (repository !== undefined) {
            await git.removeWorktree(repository, worktree);
        }
        await files.removeTree(root);
    } catch (error) {
        onError(error);
    }
}
