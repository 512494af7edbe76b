import { buildxBuild } from "../commands/buildx.ts";
import { composeBuild } from "../commands/compose.ts";
import { tagFile } from "../commands/tag-file.ts";
import type { BuildConfigRecord, Variable } from "../core/build-config.ts";
import type { Command, CommandResult, TargetHost } from "../core/target-host.ts";
import type { Engine } from "../core/engine.ts";
import type { Files } from "../core/files.ts";
import { DeploymentFailure } from "../core/failure.ts";
import { imageLogin, type RegistryRecord } from "../core/registry.ts";
import type { Release } from "../core/release.ts";
import type { Workspace } from "../core/workspace.ts";
import { buildExtras } from "./build-cache.ts";
import type { DeploymentRun } from "./deployment-run.ts";
import { pullImage } from "./pull-image.ts";
import { type RegistryLoginPorts, withRegistryLogin } from "./registry-login.ts";
import { runEnvironment } from "./run-environment.ts";
import { composeEnvironment } from "./stack-environment.ts";

export interface BuildPorts extends Omit<RegistryLoginPorts, "files"> {
    readonly engine: Engine;
    readonly target: TargetHost;
    readonly files: Files;
}

export interface BuildInput {
    readonly workspace: Workspace;
    readonly config: BuildConfigRecord;
    readonly variables: readonly Variable[];
    /** What `global.env` gives beneath them. */
    readonly globals: Readonly<Record<string, string>>;
    /** The compose file's folder in the worktree; "" for the root. */
    readonly folder: string;
    /** Compose files relative to the worktree, the base first. */
    readonly composeFiles: readonly string[];
    /** Service → full image name, tagged with the commit. */
    readonly images: ReadonlyMap<string, string>;
    /** The stack's own `.env`, where it has one. */
    readonly environmentFile: string | undefined;
    /** Where built images go. */
    readonly registry?: RegistryRecord | undefined;
    readonly previous?: Release | undefined;
    /** What leads docker programs to a registry's login. */
    readonly login?: Readonly<Record<string, string>> | undefined;
    readonly signal: AbortSignal;
}

/** Whether a build pushes its images while it builds: several platforms have no place in the engine. */
export function pushesItself({ platforms }: Pick<BuildConfigRecord, "platforms">): boolean {
    return platforms.length > 1;
}

/** Builds with the registry's login: base images and caches may lie there. */
export async function buildLoggedIn(
    ports: BuildPorts,
    run: DeploymentRun,
    input: BuildInput,
): Promise<ReadonlyMap<string, string>> {
    const { registry, workspace, signal } = input;
    if (registry === undefined) {
        return buildImages(ports, run, input);
    }
    const options = { signal, deploymentId: run.id };
    const onRetry = (line: string): void => run.say(line);
    const session = { registry, directory: `${workspace.root}/docker`, options, onRetry };
    return withRegistryLogin(ports, session, (login) => buildImages(ports, run, { ...input, login }));
}

/** Builds the images of a commit and answers service → image id. Throws `build_failed` with the builder's own words. */
export async function buildImages(
    ports: BuildPorts,
    run: DeploymentRun,
    input: BuildInput,
): Promise<ReadonlyMap<string, string>> {
    run.say(`Building ${[...input.images.keys()].join(", ")}`);
    const command = input.config.dockerfilePath
        ? dockerfileBuild(input, run, input.config.dockerfilePath)
        : await allServicesBuild(ports, run, input);
    const result = await run.command(ports.target, command, {
        signal: input.signal,
        timeoutSeconds: input.config.timeout,
    });
    if (input.signal.aborted) {
        throw input.signal.reason;
    }
    if (result.exitCode !== 0) {
        throw buildFailure(result);
    }
    if (pushesItself(input.config)) {
        await fetchPushed(ports.engine, run, input);
    }
    return imageIds(ports.engine, input.images);
}

async function fetchPushed(engine: Engine, run: DeploymentRun, { images, registry, signal }: BuildInput) {
    const login = registry && imageLogin(registry);
    const loggedIn: Pick<Engine, "pullImage"> = {
        pullImage: (name, options) => engine.pullImage(name, { ...options, login }),
    };
    for (const [service, name] of images) {
        await pullImage(loggedIn, run, name, { service, signal });
    }
}

function dockerfileBuild(input: BuildInput, run: DeploymentRun, dockerfile: string): Command {
    const slash = dockerfile.lastIndexOf("/");
    return buildxBuild({
        directory: input.workspace.worktree,
        dockerfile,
        context: input.config.contextPath ?? (slash < 0 ? "." : dockerfile.slice(0, slash)),
        tags: [...input.images.values()],
        buildArgs: input.config.buildArgs,
        environment: environmentOf(run, input),
        target: input.config.buildTarget ?? undefined,
        extras: [...buildExtras(input).values()][0],
        push: pushesItself(input.config),
    });
}

function environmentOf(run: DeploymentRun, { globals, variables, login }: BuildInput): Record<string, string> {
    return { ...globals, ...composeEnvironment(variables), ...runEnvironment(run), ...login };
}

async function allServicesBuild(ports: BuildPorts, run: DeploymentRun, input: BuildInput): Promise<Command> {
    const { root, worktree } = input.workspace;
    await ports.files.write(root, "tags.json", tagFile(input.images, buildExtras(input)));
    return composeBuild({
        stack: run.stack,
        directory: input.folder === "" ? worktree : `${worktree}/${input.folder}`,
        files: input.composeFiles.map((file) => `${worktree}/${file}`),
        tagFile: `${root}/tags.json`,
        envFile: input.environmentFile,
        services: [...input.images.keys()],
        buildArgs: input.config.buildArgs,
        environment: environmentOf(run, input),
        push: pushesItself(input.config),
    });
}

function buildFailure(result: CommandResult): DeploymentFailure {
    const words = result.stderrTail.trim().split("\n").at(-1) ?? "";
    if (result.timedOut) {
        return new DeploymentFailure(
            "timeout",
            "The build took longer than its timeout. Raise timeout, or make the build faster.",
        );
    }
    if (/failed to read dockerfile|dockerfile.*no such file/i.test(result.stderrTail)) {
        return new DeploymentFailure("dockerfile_missing", `The Dockerfile is missing: ${words}`);
    }
    if (/no space left on device/i.test(result.stderrTail)) {
        return new DeploymentFailure("disk_full", "The disk is full. Free some space, then redeploy.");
    }
    if (/cannot connect to the docker daemon/i.test(result.stderrTail)) {
        return new DeploymentFailure(
            "engine_unavailable",
            "The Docker engine does not answer. Start it, then redeploy.",
        );
    }
    return new DeploymentFailure("build_failed", `The build failed: ${words}`);
}

async function imageIds(engine: Engine, images: ReadonlyMap<string, string>): Promise<ReadonlyMap<string, string>> {
    const ids = new Map<string, string>();
    for (const [service, name] of images) {
        const image = await engine.findImage(name);
        if (image === undefined) {
            throw new DeploymentFailure("build_failed", `The build of ${service} made no image ${name}.`);
        }
        ids.set(service, image.id);
    }
    return ids;
}
