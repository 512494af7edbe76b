import type { DeployedImage } from "../../../common/schema/deployment.ts";
import { broughtFolder } from "../compose/brought-files.ts";
import { effectiveServices } from "../compose/effective-services.ts";
import { filesHashes } from "../compose/files-hash.ts";
import { buildOverride } from "../compose/override.ts";
import { filesAtOnce, mapAtOnce } from "../core/at-once.ts";
import { folderOf } from "../compose/find-compose-file.ts";
import { normalizePath } from "../compose/repository-path.ts";
import { composeLabels, type Engine } from "../core/engine.ts";
import { DeploymentFailure } from "../core/failure.ts";
import type { Files } from "../core/files.ts";
import type { Clock } from "../core/clock.ts";
import { localMachineId } from "../core/machine.ts";
import type { Release, ReleaseFile, ReleaseStore } from "../core/release.ts";
import type { CheckedOut } from "./check-out.ts";
import type { Connection } from "./connection.ts";
import type { DeploymentRun } from "./deployment-run.ts";
import { pinImages } from "./pin-images.ts";
import { releaseVariables } from "./run-environment.ts";

export interface AssemblePorts {
    readonly engine: Engine;
    readonly files: Files;
    readonly releases: ReleaseStore;
    readonly clock: Clock;
    readonly hash: (text: string) => string;
}

export interface AssembleInput extends CheckedOut {
    readonly connection: Connection;
    /** Service → name of the image that was built for it. */
    readonly images: ReadonlyMap<string, string>;
    readonly previous: Release | undefined;
    /** Gives the images to the registry; answers them with their digests. */
    readonly publish?: ((images: readonly DeployedImage[]) => Promise<readonly DeployedImage[]>) | undefined;
}

/** Puts together all that is needed to run this commit, now or again, and writes it to disk. */
export async function assembleRelease(
    ports: AssemblePorts,
    run: DeploymentRun,
    input: AssembleInput,
): Promise<Release> {
    const images = await chooseImages(ports.engine, run.stack, input);
    return draftRelease(ports, run, input, (await input.publish?.(images)) ?? images);
}

/** The same with images that are given: a preview has not built any. */
export async function draftRelease(
    ports: AssemblePorts,
    run: DeploymentRun,
    input: AssembleInput,
    images: readonly DeployedImage[],
): Promise<Release> {
    const { workspace, project, connection } = input;
    const source = project.folder === "" ? workspace.worktree : `${workspace.worktree}/${project.folder}`;
    await bringFiles(ports.files, source, input);
    const files = await releaseFiles(ports.files, source, input);
    const variables = releaseVariables(run, connection.variables);
    const pinned = await pinImages(ports.engine, run, input);
    const release: Release = {
        deploymentId: run.id,
        stackId: run.stack,
        commitSha: input.commit.sha,
        createdAt: ports.clock.now().toISOString(),
        initial: false,
        files,
        override: buildOverride({
            project,
            stack: run.stack,
            commitSha: input.commit.sha,
            deploymentId: run.id,
            images: new Map(images.map(({ service, image }) => [service, image])),
            pinned,
            filesHashes: filesHashes({
                project,
                lookup: input.lookup,
                hash: ports.hash,
                digests: digests(files, project.folder),
            }),
            variables,
            brought: input.brought,
        }),
        userOverride: input.userOverride?.text,
        images,
        variables,
        declaredServices: [...effectiveServices(project).keys()],
        serviceHashes: {},
        healthCheck: {
            path: connection.config.healthCheckPath ?? undefined,
            service: connection.config.healthCheckService ?? undefined,
            port: connection.config.healthCheckPort ?? undefined,
            timeoutSeconds: connection.config.healthCheckTimeout,
        },
    };
    await ports.releases.save(release, source);
    return release;
}

/** Path from the repository's root → content. */
function digests(files: readonly ReleaseFile[], folder: string): ReadonlyMap<string, string> {
    const prefix = folder === "" ? "" : `${folder}/`;
    const brought = `${broughtFolder}/`;
    return new Map(
        files.map(({ path, sha256 }) => [
            path.startsWith(brought) ? path.slice(brought.length) : prefix + path,
            sha256,
        ]),
    );
}

/** After the build: what lies in the worktree before it is what the commit has. */
async function bringFiles(files: Files, source: string, { workspace, tracked }: AssembleInput): Promise<void> {
    for (const file of tracked.filter(({ target }) => target.startsWith(`${broughtFolder}/`))) {
        if ((await files.inspect(workspace.worktree, file.source)) !== undefined) {
            await files.copy(workspace.worktree, `${source}/${broughtFolder}`, file.source);
        }
    }
}

/** The tracked files of the compose file's folder, and the compose file where it was merged. */
async function releaseFiles(files: Files, source: string, input: AssembleInput): Promise<readonly ReleaseFile[]> {
    const prefix = input.project.folder === "" ? "" : `${input.project.folder}/`;
    const paths = new Set(input.tracked.map(({ target }) => target));
    paths.add(input.project.file.path.slice(prefix.length));
    return mapAtOnce([...paths].sort(), filesAtOnce, async (path) => {
        const there = await files.inspect(source, path);
        if (there === undefined) {
            throw new DeploymentFailure("command_failed", `${path} is tracked, but a build command removed it.`);
        }
        if (there.kind === "link") {
            refuseWayOut(path, (await files.readLink(source, path)) ?? "");
        }
        return { path, sha256: there.sha256, executable: there.executable };
    });
}

/** A build command may have put a link where the commit has a file. */
function refuseWayOut(path: string, target: string): void {
    if (normalizePath(folderOf(path), target) === undefined) {
        const message = `${path}: the symlink points to ${target}, outside of the stack's folder`;
        throw new DeploymentFailure("not_contained", `${message}; a build command has put it there.`);
    }
}

/** Where a built image is the one that runs already, its name stays, so that the service is not recreated. */
async function chooseImages(engine: Engine, stack: string, input: AssembleInput): Promise<readonly DeployedImage[]> {
    const containers = await engine.listContainers([`${composeLabels.project}=${stack}`]);
    const isElsewhere = input.connection.config.targetIds.some((id) => id !== localMachineId);
    const images: DeployedImage[] = [];
    for (const [service, name] of input.images) {
        const built = await engine.findImage(name);
        if (built === undefined) {
            throw new DeploymentFailure("image_missing", `${service}: the image ${name} is gone after the build.`);
        }
        const before = input.previous?.images.find((image) => image.service === service && image.built);
        const runs =
            isElsewhere ||
            containers.some(
                (container) => container.labels[composeLabels.service] === service && container.imageId === built.id,
            );
        const keeps = before?.imageId === built.id && runs && (await engine.findImage(before.image))?.id === built.id;
        images.push({ service, image: keeps ? before.image : name, imageId: built.id, built: true });
    }
    return images;
}
