import { effectiveServices } from "../compose/effective-services.ts";
import { imageName } from "../compose/image-name.ts";
import { substitute } from "../compose/interpolation.ts";
import { textOf, treeAt } from "../compose/tree.ts";
import { DeploymentFailure } from "../core/failure.ts";
import type { Release, ReleaseStore } from "../core/release.ts";
import { type AssembleInput, assembleRelease, type AssemblePorts } from "./assemble-release.ts";
import { buildByScript, type BuildTask, expectedImages } from "./build-by-script.ts";
import { buildLoggedIn, type BuildPorts, pushesItself } from "./build-images.ts";
import { checkBuild } from "./check-build.ts";
import { type CheckedOut, checkOut, type CheckOutPorts, findLiveRelease } from "./check-out.ts";
import type { Connection } from "./connection.ts";
import type { DeploymentRun } from "./deployment-run.ts";
import { guardProject } from "./guard-project.ts";
import type { PipelinePhase } from "./pipelines/pipeline-phase.ts";
import { publishImages, type PublishPorts } from "./publish-images.ts";
import { runUserCommands } from "./run-user-commands.ts";
import type { UserProgramPorts } from "./run-user-program.ts";
import { scriptImages } from "./script-images.ts";
import { withTimeLimit } from "./time-limit.ts";

export interface BuildReleasePorts extends CheckOutPorts, BuildPorts, UserProgramPorts, AssemblePorts, PublishPorts {
    readonly releases: ReleaseStore;
}

/**
 * Fetches the commit, checks its compose files, runs its pipeline and the user's commands, builds the images, and writes the release
 * down. Everything together may take the configured timeout. Nothing of the stack is touched.
 */
export async function buildRelease(
    ports: BuildReleasePorts & { readonly runPipelinePhase: PipelinePhase },
    run: DeploymentRun,
    connection: Connection,
): Promise<Release> {
    return withTimeLimit(run.signal, connection.config.timeout, async (signal, limit) => {
        const previous = await findLiveRelease(ports, run.stack);
        const source = await checkOut(ports, run, connection, previous, signal);
        await ports.runPipelinePhase(run, { connection, source, signal, limit });
        await run.enter("building");
        // An engine that is away is told before the client's own words, which speak of flags and sockets.
        await ports.engine.ping();
        const task = { connection, source, previous, signal };
        const images = await buildSource(ports, run, task, wantedImages(run, connection, source, previous));
        const publish = publisher(ports, run, task, images);
        return assembleRelease(ports, run, { ...source, connection, images, previous, publish });
    });
}

/** Undefined where images stay on this machine. */
function publisher(
    ports: BuildReleasePorts,
    run: DeploymentRun,
    { connection, source, previous, signal }: BuildTask,
    built: ReadonlyMap<string, string>,
): AssembleInput["publish"] {
    const { registry, config } = connection;
    if (registry === undefined || built.size === 0) {
        return undefined;
    }
    const isPushed = pushesItself(config);
    const given = { registry, workspace: source.workspace, built, previous, isPushed, signal };
    return (images) => publishImages(ports, run, { ...given, images, timeoutSeconds: config.timeout });
}

/**
 * Runs the user's commands and builds images under the names that are wanted; a script gives names of its own. Answers
 * service → the name of its image.
 */
export async function buildSource(
    ports: BuildReleasePorts,
    run: DeploymentRun,
    input: BuildTask,
    wanted: ReadonlyMap<string, string>,
): Promise<ReadonlyMap<string, string>> {
    const { connection, source, previous, signal } = input;
    const { workspace, project } = source;
    const { config } = connection;
    if (config.registryId && connection.registry === undefined) {
        throw new DeploymentFailure("push_failed", "registryId: that registry is gone; choose one that is there.");
    }
    if (wanted.size > 0 || config.buildType === "script") {
        await checkBuild(ports, run, { config, previous, directory: workspace.root, signal });
    }
    await ports.files.write(workspace.worktree, project.file.path, project.file.text);
    const isGuarded =
        config.buildType === "script" || config.preBuildCommands.length + config.postBuildCommands.length > 0;
    const check = isGuarded ? await guardProject(ports.files, { stack: run.stack, source }) : undefined;
    const commands = { ...connection, workspace, signal };
    await runUserCommands(ports, run, { ...commands, commands: config.preBuildCommands });
    await check?.();
    const images =
        config.buildType === "script"
            ? await buildByScript(ports, run, input)
            : await buildServices(ports, run, input, wanted);
    await runUserCommands(ports, run, { ...commands, commands: config.postBuildCommands });
    await check?.();
    return images;
}

async function buildServices(
    ports: BuildReleasePorts,
    run: DeploymentRun,
    { connection, source, previous, signal }: BuildTask,
    images: ReadonlyMap<string, string>,
): Promise<ReadonlyMap<string, string>> {
    if (images.size === 0) {
        run.say("Nothing to build: every service uses an image as it is.");
        return images;
    }
    const input = {
        ...connection,
        workspace: source.workspace,
        globals: source.globals,
        folder: source.project.folder,
        composeFiles: [source.project.file.path],
        images,
        previous,
        environmentFile: await environmentFile(ports, source),
        signal,
    };
    await buildLoggedIn(ports, run, input);
    return images;
}

/** The stack's own may lie on another machine: Compose reads a copy, which goes with the workspace. */
async function environmentFile(
    { files }: BuildReleasePorts,
    { environmentText, workspace }: CheckedOut,
): Promise<string | undefined> {
    if (environmentText === undefined) {
        return undefined;
    }
    await files.write(workspace.root, "stack.env", environmentText, 0o600);
    return `${workspace.root}/stack.env`;
}

/** Service → the name of the image that this commit's build makes for it; with a script, as far as that is known. */
export function wantedImages(
    run: DeploymentRun,
    connection: Connection,
    source: CheckedOut,
    previous: Release | undefined,
): ReadonlyMap<string, string> {
    const { config } = connection;
    if (config.buildType === "script") {
        return expectedImages(scriptImages(run, connection, source), previous);
    }
    const services = [...effectiveServices(source.project).values()];
    const built = config.buildType === "compose_only" ? [] : servicesToBuild(services, config);
    return new Map(
        built.map(({ name, tree }) => {
            const own = textOf(treeAt(tree, "image"));
            const image = own === undefined ? undefined : substitute(own, source.lookup).text;
            const template = config.imageTemplate;
            const commit = { commitSha: source.commit.sha, branch: run.record.branch };
            const registry = connection.registry?.url;
            return [name, imageName({ stack: run.stack, service: name, image, template, registry, ...commit })];
        }),
    );
}

type Service = ReturnType<typeof effectiveServices> extends ReadonlyMap<string, infer S> ? S : never;

function servicesToBuild(services: readonly Service[], config: Connection["config"]): readonly Service[] {
    if (!config.dockerfilePath) {
        return services.filter((service) => service.built);
    }
    const wanted = config.buildService;
    const named = wanted ? services.filter(({ name }) => name === wanted) : services;
    const [only] = named;
    if (only === undefined || named.length > 1) {
        const names = services.map(({ name }) => name).join(", ");
        throw new DeploymentFailure(
            "compose_invalid",
            `buildService: dockerfilePath builds one service; name it, one of ${names}`,
        );
    }
    return [only];
}
