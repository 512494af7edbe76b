import { AppError } from "../../../common/errors.ts";
import type { BuildConfigRecord, Variable } from "../core/build-config.ts";
import type { Engine } from "../core/engine.ts";
import { ownLabels } from "../core/engine.ts";
import { DeploymentFailure } from "../core/failure.ts";
import type { Files } from "../core/files.ts";
import type { TargetHost } from "../core/target-host.ts";
import type { Workspace } from "../core/workspace.ts";
import type { DeploymentRun } from "./deployment-run.ts";

export interface UserCommandPorts {
    readonly engine: Engine;
    readonly target: TargetHost;
    readonly files: Files;
    /** Marks our containers. */
    readonly serverId: string;
}

export interface UserCommandInput {
    readonly workspace: Workspace;
    readonly config: BuildConfigRecord;
    readonly variables: readonly Variable[];
    readonly commands: readonly string[];
    readonly signal: AbortSignal;
}

/**
 * Runs the user's own commands in the worktree, one `sh -c` each with `set -e`: the one place where a shell runs, and
 * it runs the user's own text. Inside a container of `buildImage` where it is set, else on this machine with a
 * scrubbed environment. Throws `command_failed` at the first that fails.
 */
export async function runUserCommands(
    ports: UserCommandPorts,
    run: DeploymentRun,
    input: UserCommandInput,
): Promise<void> {
    for (const command of input.commands) {
        run.say(`$ ${command}`);
        const exitCode = input.config.buildImage
            ? await runInContainer(ports, run, input, input.config.buildImage, command)
            : await runHere(ports, run, input, command);
        run.checkSignal();
        throwIfAborted(input.signal);
        if (exitCode !== 0) {
            throw new DeploymentFailure(
                "command_failed",
                `The command "${shorten(command)}" failed with exit code ${exitCode}.`,
            );
        }
    }
}

function shell(command: string): readonly [string, string, string] {
    return ["sh", "-c", `set -e\n${command}`];
}

async function runHere(
    ports: UserCommandPorts,
    run: DeploymentRun,
    input: UserCommandInput,
    command: string,
): Promise<number> {
    await ports.files.makeDirectory(input.workspace.home);
    const environment = {
        ...commandEnvironment(run, input.variables),
        HOME: input.workspace.home,
        // The checkout holds no `.git`; a repository that the data directory happens to lie in is not the user's.
        GIT_CEILING_DIRECTORIES: input.workspace.root,
    };
    const result = await run.command(
        ports.target,
        { argv: shell(command), directory: input.workspace.worktree, environment },
        { signal: input.signal, timeoutSeconds: input.config.timeout },
    );
    return result.exitCode;
}

async function runInContainer(
    ports: UserCommandPorts,
    run: DeploymentRun,
    input: UserCommandInput,
    image: string,
    command: string,
): Promise<number> {
    await ensureImage(ports.engine, run, image, input.signal);
    return ports.engine.runCommand({
        image,
        argv: shell(command),
        environment: commandEnvironment(run, input.variables),
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

/** What the user's commands see (contract §7, *Where commands run*): nothing of the server's own environment. */
function commandEnvironment(run: DeploymentRun, variables: readonly Variable[]): Record<string, string> {
    const own = Object.fromEntries(variables.map((variable) => [variable.name, variable.value]));
    return { ...own, ...runEnvironment(run) };
}

/** What a build knows of its deployment. */
export function runEnvironment(run: DeploymentRun): Record<string, string> {
    const { commitSha, branch, tag, stackId } = run.record;
    return {
        CI: "true",
        CICD_STACK: stackId,
        CICD_COMMIT_SHA: commitSha,
        CICD_BRANCH: branch,
        CICD_TAG: tag ?? "",
        CICD_IMAGE_TAG: commitSha,
    };
}

function throwIfAborted(signal: AbortSignal): void {
    if (signal.aborted) {
        throw signal.reason instanceof Error ? signal.reason : new DeploymentFailure("cancelled", "Cancelled.");
    }
}

function shorten(command: string): string {
    const line = command.split("\n", 1)[0] ?? "";
    return line.length > 80 ? `${line.slice(0, 77)}...` : line;
}
