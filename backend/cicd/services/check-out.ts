import type { Files } from "../core/files.ts";
import type { CommitInfo } from "../core/git.ts";
import type { Host } from "../core/host.ts";
import { type Release, releaseId, type ReleaseStore } from "../core/release.ts";
import { type Workspace, workspaceAt, workspaceName } from "../core/workspace.ts";
import type { Connection } from "./deploy.ts";
import type { DeploymentRun } from "./deployment-run.ts";
import { fetchCommit, type FetchPorts } from "./fetch-commit.ts";
import { withPinnedKey } from "./pin-host-key.ts";
import { readProject, type ReadProject } from "./read-project.ts";
import { findUserOverride } from "./write-stack-files.ts";

export interface CheckOutPorts extends FetchPorts {
    readonly files: Files;
    readonly host: Pick<Host, "stackDirectory" | "createStackDirectory">;
    readonly releases: ReleaseStore;
    readonly workspacesDirectory: string;
}

/** A commit in its worktree, read and checked. */
export interface CheckedOut extends ReadProject {
    readonly commit: CommitInfo;
    readonly workspace: Workspace;
    readonly stackDirectory: string;
    readonly userOverride: { readonly name: string; readonly text: string } | undefined;
}

/** Fetches, checks out, reads. Used by deployments and by previews. */
export async function checkOut(
    ports: CheckOutPorts,
    run: DeploymentRun,
    connection: Connection,
    previous: Release | undefined,
    signal: AbortSignal,
): Promise<CheckedOut> {
    const { config, variables } = connection;
    const commit = await fetchCommit(ports, run, connection.repository, config, signal);
    const repository = await withPinnedKey(ports.repositories, connection.repository);
    const workspace = workspaceAt(`${ports.workspacesDirectory}/${workspaceName(run.stack, commit.sha, run.id)}`);
    await ports.files.removeTree(workspace.root);
    await ports.files.makeDirectory(workspace.root);
    await ports.git.addWorktree(repository, commit.sha, workspace.worktree, {
        signal,
        timeoutSeconds: config.timeout,
        deploymentId: run.id,
        onLine: (line) => run.write("stderr", line),
    });
    await ports.host.createStackDirectory(run.stack);
    const stackDirectory = await ports.host.stackDirectory(run.stack);
    const userOverride = await rememberedOverride(ports, stackDirectory, previous);
    const read = await readProject(ports.files, run, {
        worktree: workspace.worktree,
        config,
        variables,
        environmentText: await ports.files.readText(stackDirectory, ".env"),
        userOverride,
    });
    return { ...read, commit, workspace, stackDirectory, userOverride };
}

async function rememberedOverride(
    ports: CheckOutPorts,
    stackDirectory: string,
    previous: Release | undefined,
): Promise<CheckedOut["userOverride"]> {
    const lying = await findUserOverride(ports.files, stackDirectory);
    if (lying !== undefined) {
        return lying;
    }
    const text = previous?.userOverride;
    return text === undefined ? undefined : { name: "compose.override.yaml", text };
}

/** The release that a stack runs now. */
export async function findLiveRelease(
    ports: Pick<CheckOutPorts, "deployments" | "releases">,
    stack: string,
): Promise<Release | undefined> {
    const live = await ports.deployments.findLive(stack);
    return live && ports.releases.find(releaseId(live));
}
