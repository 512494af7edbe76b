import { AppError } from "../../../common/errors.ts";
import type { BuildConfigRecord, Variable } from "../core/build-config.ts";
import type { Engine } from "../core/engine.ts";
import { ownLabels } from "../core/engine.ts";
import { DeploymentFailure } from "../core/failure.ts";
import type { Files } from "../core/files.ts";
import type { Command, TargetHost } from "../core/target-host.ts";
import type { Workspace } from "../core/workspace.ts";
import type { DeploymentRun } from "./deployment-run.ts";
import { runEnvironment } from "./run-environment.ts";

export interface UserProgramPorts {
    readonly engine: Engine;
    readonly target: TargetHost;
    readonly files: Files;
    /** Marks our containers. */
    readonly serverId: string;
}

export interface UserProgramInput {
    readonly workspace: Workspace;
    readonly config: BuildConfigRecord;
    readonly variables: readonly Variable[];
    readonly signal: AbortSignal;
}

/**
 * Runs a program of the user's in the worktree: inside a container of `buildImage` where it is set, else on this
 * machine with a scrubbed environment. Answers its exit code; throws the reason where it was ended.
 */
export async function runUserProgram(
    ports: UserProgramPorts,
    run: DeploymentRun,
    input: UserProgramInput,
    argv: Command["argv"],
): Promise<number> {
    const exitCode = input.config.buildImage
        ? await runInContainer(ports, run, input, input.config.buildImage, argv)
        : await runHere(ports, run, input, argv);
    run.checkSignal();
    throwIfAborted(input.signal);
    return exitCode;
}

async function runHere(
    ports: UserProgramPorts,
    run: DeploymentRun,
    input: UserProgramInput,
    argv: Command["argv"],
): Promise<number> {
    await ports.files.makeDirectory(input.workspace.home);
    const environment = {
        ...programEnvironment(run, input.variables),
        HOME: input.workspace.home,
        // The checkout holds no `.git`; a repository that the data directory happens to lie in is not the user's.
        GIT_CEILING_DIRECTORIES: input.workspace.root,
    };
    // With a script the user's own text builds the images: on another engine the stack would not find them.
    const reachesEngine = input.config.buildType === "script";
    const result = await run.command(
        ports.target,
        { argv, directory: input.workspace.worktree, environment, ...(reachesEngine && { reachesEngine }) },
        { signal: input.signal, timeoutSeconds: input.config.timeout },
    );
    return result.exitCode;
}

async function runInContainer(
    ports: UserProgramPorts,
    run: DeploymentRun,
    input: UserProgramInput,
    image: string,
    argv: Command["argv"],
): Promise<number> {
    await ensureImage(ports.engine, run, image, input.signal);
    return ports.engine.runCommand({
        image,
        argv,
        environment: programEnvironment(run, input.variables),
        workspace: input.workspace.worktree,
        labels: { [ownLabels.deployment]: run.id, [ownLabels.server]: ports.serverId },
        signal: input.signal,
        onLine: (stream, line) => run.write(stream, line),
    });
}

async function ensureImage(engine: Engine, run: DeploymentRun, image: string, signal: AbortSignal): Promise<void> {
    if ((await engine.findImage(image)) !== undefined) {
        return;
    }
    run.say(`Pulling ${image}`);
    try {
        await engine.pullImage(image, { signal, onLine: (line) => run.write("stdout", line) });
    } catch (error) {
        if (error instanceof AppError && error.code === "invalid") {
            throw new DeploymentFailure("pull_failed", `buildImage: ${error.message}`, { cause: error });
        }
        throw error;
    }
}

/** What the user's programs see (contract §7, *Where commands run*): nothing of the server's own environment. */
function programEnvironment(run: DeploymentRun, variables: readonly Variable[]): Record<string, string> {
    const own = Object.fromEntries(variables.map((variable) => [variable.name, variable.value]));
    return { ...own, ...runEnvironment(run) };
}

function throwIfAborted(signal: AbortSignal): void {
    if (signal.aborted) {
        throw signal.reason instanceof Error ? signal.reason : new DeploymentFailure("cancelled", "Cancelled.");
    }
}
