import { applyRelease } from "./apply-release.ts";
import { buildRelease, type BuildReleasePorts } from "./build-release.ts";
import { createDeploy, type Connection, type DeployPorts } from "./deploy.ts";
import { guardOwnStack, type GuardOwnStackPorts } from "./guard-own-stack.ts";
import { planRelease, type PlanPorts } from "./plan-release.ts";
import { pruneReleases } from "./prune-releases.ts";
import { createPutLive, type PutLivePorts } from "./put-live.ts";
import { snapshotRelease, type SnapshotPorts } from "./snapshot-release.ts";
import { type PreviewCall, previewDeployment } from "./preview-deployment.ts";
import { registryEngine } from "./registry-engine.ts";
import { stopStack } from "./stop-stack.ts";
import { verifyRelease, type VerifyPorts } from "./verify-release.ts";
import { waitForEngine } from "./wait-for-engine.ts";
import { workspaceAt } from "../core/workspace.ts";

type Given<T, K extends keyof T> = Omit<T, K>;

export type DeployerPorts = Given<DeployPorts, "buildRelease" | "putLive" | "cleanUp"> &
    Given<PutLivePorts, "waitForEngine" | "plan" | "apply" | "verify" | "stopStack" | "snapshot" | "prune"> &
    Given<BuildReleasePorts, "workspacesDirectory" | "serverId"> &
    Given<PlanPorts, "replacedDirectory"> &
    Given<VerifyPorts, "stabilitySeconds"> &
    SnapshotPorts &
    GuardOwnStackPorts;

export interface DeployerOptions {
    readonly workspacesDirectory: string;
    readonly replacedDirectory: string;
    readonly stabilitySeconds: number;
    readonly serverId: string;
}

/** The deployment engine, put together: what the worker calls, and what a preview needs of it. */
export function createDeployer(ports: DeployerPorts, options: DeployerOptions) {
    const all = { ...ports, ...options };
    const putLive = createPutLive({
        ...ports,
        plan: async (run, input) => {
            await guardOwnStack(ports, run.stack);
            return planRelease({ ...all, engine: await registryEngine(ports, run.stack) }, run, input);
        },
        apply: (run, input, plan) => applyRelease(all, run, input, plan),
        verify: (run, plan, signal) =>
            verifyRelease(all, run, {
                stack: run.stack,
                services: plan.wanted,
                healthCheck: plan.release.healthCheck,
                signal,
            }),
        waitForEngine: (run) => waitForEngine(ports, run),
        stopStack: (run) => stopStack(ports.engine, run),
        snapshot: (run, release, connection) => snapshotRelease(ports, run, release, connection),
        prune: (stack, keep) => pruneReleases(ports, stack, keep),
    });
    const tidy = (id: string, connection: Connection): Promise<void> =>
        cleanUp(ports, options.workspacesDirectory, id, connection);
    const deploy = createDeploy({
        ...ports,
        buildRelease: async (run, connection) => {
            await guardOwnStack(ports, run.stack);
            return buildRelease(all, run, connection);
        },
        putLive,
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
