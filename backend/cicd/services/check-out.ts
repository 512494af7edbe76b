import type { CommitInfo } from "../core/git.ts";
import type { Host } from "../core/host.ts";
import type { Machine } from "../core/machine.ts";
import { type Release, releaseId, type ReleaseStore } from "../core/release.ts";
import { type Workspace, workspaceAt, workspaceName } from "../core/workspace.ts";
import type { Connection } from "./connection.ts";
import type { DeploymentRun } from "./deployment-run.ts";
import { fetchCommit, type FetchPorts } from "./fetch-commit.ts";
import { withPinnedKey } from "./pin-host-key.ts";
import { readProject, type ReadProject, type ReadProjectPorts } from "./read-project.ts";
import { findUserOverride } from "./write-stack-files.ts";

export interface CheckOutPorts extends FetchPorts, ReadProjectPorts {
    readonly host: Pick<Host, "stackDirectory" | "createStackDirectory">;
    /** The first machine that the stack runs on: what lies there beside the commit counts too. */
    readonly place: Pick<Machine, "files" | "stackDirectory" | "createStackDirectory">;
    readonly releases: ReleaseStore;
    readonly workspacesDirectory: string;
}

/** A commit in its worktree, read and checked. */
export interface CheckedOut extends ReadProject {
    readonly commit: CommitInfo;
    readonly workspace: Workspace;
    /** On the first machine. */
    readonly stackDirectory: string;
    /** The stack's own `.env`; undefined where it has none. */
    readonly environmentText: string | undefined;
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
    const commit = await fetchCommit(ports, run, connection.repository, connection.config, signal);
    return checkOutCommit(ports, run, connection, { commit, previous, signal });
}

/** Checks out and reads a commit that the mirror has already. */
export async function checkOutCommit(
    ports: CheckOutPorts,
    run: DeploymentRun,
    connection: Connection,
    given: {
        readonly commit: CommitInfo;
        readonly previous: Release | undefined;
        readonly signal: AbortSignal;
    },
): Promise<CheckedOut> {
    const { config, variables } = connection;
    const { commit, previous, signal } = given;
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
    await ports.place.createStackDirectory();
    const stackDirectory = await ports.place.stackDirectory();
    const userOverride = await rememberedOverride(ports, stackDirectory, previous);
    const environmentText = await findEnvironment(ports, run.stack, stackDirectory);
    const read = await readProject(ports, run, {
        worktree: workspace.worktree,
        config,
        variables,
        environmentText,
        userOverride,
    });
    return { ...read, commit, workspace, stackDirectory, environmentText, userOverride };
}

/** The one that is edited here goes to other machines too. */
async function findEnvironment(
    { files, host, place }: CheckOutPorts,
    stack: string,
    stackDirectory: string,
): Promise<string | undefined> {
    const own = await files.readText(await host.stackDirectory(stack), ".env");
    return own ?? (await place.files.readText(stackDirectory, ".env"));
}

async function rememberedOverride(
    ports: CheckOutPorts,
    stackDirectory: string,
    previous: Release | undefined,
): Promise<CheckedOut["userOverride"]> {
    const lying = await findUserOverride(ports.place.files, stackDirectory);
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
