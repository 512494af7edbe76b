import { localMachineId, type Machine, type Machines } from "../core/machine.ts";
import { workspaceAt } from "../core/workspace.ts";
import { buildRelease, type BuildReleasePorts } from "./build-release.ts";
import type { Connection } from "./connection.ts";
import { createDeploy, type DeployPorts } from "./deploy.ts";
import { guardOwnStack } from "./guard-own-stack.ts";
import type { DeploymentRun } from "./deployment-run.ts";
import { mayHaveTouched } from "./find-before.ts";
import { createMachineSteps, type MachineStepsPorts } from "./machine-steps.ts";
import { type PreviewCall, previewDeployment } from "./preview-deployment.ts";
import { pruneReleases } from "./prune-releases.ts";
import { createPutLive, type PutLivePorts } from "./put-live.ts";
import type { PipelinePhase } from "./pipelines/pipeline-phase.ts";
import { rebuildMissing } from "./rebuild-release.ts";

type Given<T, K extends keyof T> = Omit<T, K>;

export type DeployerPorts = Given<DeployPorts, "buildRelease" | "putLive" | "rebuildMissing" | "cleanUp"> &
    Given<PutLivePorts, "machines" | "prune" | "rebuildMissing"> &
    Given<BuildReleasePorts, "workspacesDirectory" | "serverId" | "place"> &
    Given<MachineStepsPorts, "replacedDirectory" | "stabilitySeconds" | "workspacesDirectory" | "serverName"> & {
        readonly stackMachines: Machines;
        readonly runPipelinePhase: PipelinePhase;
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
    const tidy = (id: string, connection: Connection): Promise<void> =>
        cleanUp(ports, options.workspacesDirectory, id, connection);
    const rebuild: PutLivePorts["rebuildMissing"] = (run, release, connection) =>
        rebuildMissing({ ...all, cleanUp: tidy }, run, release, connection);
    const putLive = createPutLive({
        ...ports,
        rebuildMissing: rebuild,
        machines: async (run, connection) =>
            (await reached(ports, run, connection)).map((machine) => createMachineSteps(all, machine)),
        async prune(stack, connection) {
            const machines = await machinesOf(stack, connection);
            const engines = new Set([ports.engine, ...machines.map(({ engine }) => engine)]);
            await pruneReleases({ ...ports, engines: [...engines] }, stack, connection.config.keepReleases);
        },
    });
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
        rebuildMissing: rebuild,
        cleanUp: tidy,
    });
    return { deploy, preview: (call: PreviewCall) => previewDeployment({ ...all, cleanUp: tidy }, call) };
}

/** What was begun is finished on the machines where it was begun, whatever the configuration says by now. */
async function reached(
    { stackMachines }: Pick<DeployerPorts, "stackMachines">,
    run: DeploymentRun,
    { config }: Connection,
): Promise<readonly Machine[]> {
    const { machines } = run.record;
    if (machines.length === 0 || !mayHaveTouched(run.record)) {
        return stackMachines.of(run.stack, config);
    }
    const found: Machine[] = [];
    for (const { id, name } of machines) {
        const machine = await stackMachines.find(run.stack, id);
        if (machine === undefined) {
            run.say(`Note: ${name} is no target any more; what was begun there is left as it is.`);
        } else {
            found.push(machine);
        }
    }
    return found;
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
