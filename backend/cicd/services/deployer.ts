import { localMachineId, type Machines } from "../core/machine.ts";
import { workspaceAt } from "../core/workspace.ts";
import { buildRelease, type BuildReleasePorts } from "./build-release.ts";
import { createDeploy, type Connection, type DeployPorts } from "./deploy.ts";
import { guardOwnStack } from "./guard-own-stack.ts";
import { createMachineSteps, type MachineStepsPorts } from "./machine-steps.ts";
import { type PreviewCall, previewDeployment } from "./preview-deployment.ts";
import { pruneReleases } from "./prune-releases.ts";
import { createPutLive, type PutLivePorts } from "./put-live.ts";
import { rebuildMissing } from "./rebuild-release.ts";

type Given<T, K extends keyof T> = Omit<T, K>;

export type DeployerPorts = Given<DeployPorts, "buildRelease" | "putLive" | "rebuildMissing" | "cleanUp"> &
    Given<PutLivePorts, "machines" | "prune"> &
    Given<BuildReleasePorts, "workspacesDirectory" | "serverId" | "place"> &
    Given<MachineStepsPorts, "replacedDirectory" | "stabilitySeconds" | "workspacesDirectory" | "serverName"> & {
        readonly stackMachines: Machines;
    };

export interface DeployerOptions {
    readonly workspacesDirectory: string;
    readonly replacedDirectory: string;
    readonly stabilitySeconds: number;
    readonly serverId: string;
    readonly serverName: string;
}

/** The deployment engine, put together: what the worker calls, and what a preview needs of it. */
export function createDeployer(ports: DeployerPorts, options: DeployerOptions) {
    const all = { ...ports, ...options };
    const machinesOf = (stack: string, { config }: Connection) => ports.stackMachines.of(stack, config);
    const putLive = createPutLive({
        ...ports,
        machines: async (run, connection) =>
            (await machinesOf(run.stack, connection)).map((machine) => createMachineSteps(all, machine)),
        async prune(stack, connection) {
            const machines = await machinesOf(stack, connection);
            const engines = new Set([ports.engine, ...machines.map(({ engine }) => engine)]);
            await pruneReleases({ ...ports, engines: [...engines] }, stack, connection.config.keepReleases);
        },
    });
    const tidy = (id: string, connection: Connection): Promise<void> =>
        cleanUp(ports, options.workspacesDirectory, id, connection);
    const deploy = createDeploy({
        ...ports,
        async buildRelease(run, connection) {
            const [place] = await machinesOf(run.stack, connection);
            if (place.id === localMachineId) {
                await guardOwnStack(ports, run.stack);
            }
            return buildRelease({ ...all, place }, run, connection);
        },
        putLive,
        rebuildMissing: (run, release, connection) =>
            rebuildMissing({ ...all, cleanUp: tidy }, run, release, connection),
        cleanUp: tidy,
    });
    return { deploy, preview: (call: PreviewCall) => previewDeployment({ ...all, cleanUp: tidy }, call) };
}

/** Removes a deployment's workspace, and what the mirror knows of its worktree. */
async function cleanUp(
    ports: Pick<DeployerPorts, "files" | "git">,
    workspacesDirectory: string,
    id: string,
    connection: Connection,
): Promise<void> {
    for (const name of await ports.files.names(workspacesDirectory)) {
        if (name.endsWith(`-${id}`)) {
            const { root, worktree } = workspaceAt(`${workspacesDirectory}/${name}`);
            await ports.git.removeWorktree(connection.repository, worktree);
            await ports.files.removeTree(root);
        }
    }
}
