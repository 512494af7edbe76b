import { buildxBuild } from "../commands/buildx.ts";
import { composeBuild } from "../commands/compose.ts";
import { tagFile } from "../commands/tag-file.ts";
import type { BuildConfigRecord, Variable } from "../core/build-config.ts";
import type { Command, CommandResult, TargetHost } from "../core/target-host.ts";
import type { Engine } from "../core/engine.ts";
import type { Files } from "../core/files.ts";
import { DeploymentFailure } from "../core/failure.ts";
import type { Workspace } from "../core/workspace.ts";
import type { DeploymentRun } from "./deployment-run.ts";
import { runEnvironment } from "./run-environment.ts";
import { composeEnvironment } from "./stack-environment.ts";

export interface BuildPorts {
    readonly engine: Engine;
    readonly target: TargetHost;
    readonly files: Files;
}

export interface BuildInput {
    readonly workspace: Workspace;
    readonly config: BuildConfigRecord;
    readonly variables: readonly Variable[];
    /** The compose file's folder in the worktree; "" for the root. */
    readonly folder: string;
    /** Compose files relative to the worktree, the base first. */
    readonly composeFiles: readonly string[];
    /** Service → full image name, tagged with the commit. */
    readonly images: ReadonlyMap<string, string>;
    /** The stack's own `.env`, where it has one. */
    readonly environmentFile: string | undefined;
    readonly signal: AbortSignal;
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
    return imageIds(ports.engine, input.images);
}

function dockerfileBuild(input: BuildInput, run: DeploymentRun, dockerfile: string): Command {
    const slash = dockerfile.lastIndexOf("/");
    return buildxBuild({
        directory: input.workspace.worktree,
        dockerfile,
        context: input.config.contextPath ?? (slash < 0 ? "." : dockerfile.slice(0, slash)),
        tags: [...input.images.values()],
        buildArgs: input.config.buildArgs,
        environment: { ...composeEnvironment(input.variables), ...runEnvironment(run) },
    });
}

async function allServicesBuild(ports: BuildPorts, run: DeploymentRun, input: BuildInput): Promise<Command> {
    const { root, worktree } = input.workspace;
    await ports.files.write(root, "tags.json", tagFile(input.images));
    return composeBuild({
        stack: run.stack,
        directory: input.folder === "" ? worktree : `${worktree}/${input.folder}`,
        files: input.composeFiles.map((file) => `${worktree}/${file}`),
        tagFile: `${root}/tags.json`,
        envFile: input.environmentFile,
        services: [...input.images.keys()],
        buildArgs: input.config.buildArgs,
        environment: { ...composeEnvironment(input.variables), ...runEnvironment(run) },
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
