import type { DeployedImage } from "../../../common/schema/deployment.ts";
import { composeFileNames, overrideFileNames } from "../compose/find-compose-file.ts";
import type { DeploymentRecord, DeploymentStore } from "../core/deployment.ts";
import type { ContainerState, Engine } from "../core/engine.ts";
import type { Files } from "../core/files.ts";
import type { Machine } from "../core/machine.ts";
import type { Clock } from "../core/clock.ts";
import type { Release, ReleaseFile, ReleaseStore } from "../core/release.ts";
import type { Connection } from "./connection.ts";
import type { DeploymentRun } from "./deployment-run.ts";
import { inspectStack } from "./verify-release.ts";

export interface SnapshotPorts {
    readonly deployments: DeploymentStore;
    readonly releases: ReleaseStore;
    readonly engine: Engine;
    readonly files: Files;
    readonly workspacesDirectory: string;
    readonly clock: Clock;
    readonly announce: (deployment: DeploymentRecord) => void;
}

/**
 * Release 0: what a stack runs before its first deployment, so that a failed one can go back to it. Keeps the compose
 * files, and every file that the first release would replace. Undefined where nothing runs.
 */
export async function snapshotRelease(
    ports: SnapshotPorts,
    run: DeploymentRun,
    { release: first, isLive }: { readonly release: Release; readonly isLive: boolean },
    connection: Connection,
    machine: Pick<Machine, "id" | "name" | "stackDirectory">,
): Promise<Release | undefined> {
    const running = (await inspectStack(ports.engine, run.stack)).filter((state) => state.status === "running");
    if (running.length === 0) {
        return undefined;
    }
    const directory = await machine.stackDirectory();
    const names = [...composeFileNames, ...overrideFileNames, ...first.files.map((file) => file.path)];
    const files = await existingFiles(ports.files, directory, new Set(names));
    const row = await ports.deployments.create({
        stackId: run.stack,
        buildConfigId: connection.config.id,
        repositoryId: connection.repository.id,
        commitSha: "",
        branch: run.record.branch,
        tag: undefined,
        triggeredBy: run.record.triggeredBy,
        note: "What ran before the repository was connected.",
        images: images(running),
        machines: [{ id: machine.id, name: machine.name, state: "done" }],
        status: "successful",
        live: isLive,
    });
    const release: Release = {
        deploymentId: row.id,
        stackId: run.stack,
        commitSha: "",
        createdAt: ports.clock.now().toISOString(),
        initial: true,
        files,
        images: images(running),
        variables: [],
        declaredServices: [...new Set(running.map((state) => state.service))],
        serviceHashes: {},
        healthCheck: { timeoutSeconds: connection.config.healthCheckTimeout },
    };
    await saveFrom(ports, release, directory, run.id);
    ports.announce(row);
    run.say(`What ran before on ${machine.name} is kept as release 0 (${files.length} files)`);
    return release;
}

/** By way of a workspace: the stack's directory may lie on another machine. */
async function saveFrom(ports: SnapshotPorts, release: Release, directory: string, runId: string): Promise<void> {
    const workspace = `${ports.workspacesDirectory}/${release.stackId}-before-${runId}`;
    await ports.files.makeDirectory(workspace);
    try {
        for (const { path } of release.files) {
            await ports.files.copy(directory, workspace, path);
        }
        await ports.releases.save(release, workspace);
    } finally {
        await ports.files.removeTree(workspace);
    }
}

async function existingFiles(
    files: Files,
    directory: string,
    names: ReadonlySet<string>,
): Promise<readonly ReleaseFile[]> {
    const found: ReleaseFile[] = [];
    for (const path of names) {
        const there = path === ".env" ? undefined : await files.inspect(directory, path);
        if (there?.kind === "file" || there?.kind === "link") {
            found.push({ path, sha256: there.sha256, executable: there.executable });
        }
    }
    return found;
}

function images(states: readonly ContainerState[]): DeployedImage[] {
    const byService = new Map(states.map((state) => [state.service, state]));
    return [...byService.values()].map((state) => ({
        service: state.service,
        // Its name may mean another image before long: a deployment pulls.
        image: state.image ?? state.imageId,
        imageId: state.imageId,
        built: false,
    }));
}
