import { stat } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { AppError, errorCode, errorMessage } from "../../../../common/errors.ts";
import type { DockerClient } from "../../../platform/docker/client.ts";
import type { ContainerCommand } from "../../core/engine.ts";
import { type FindOwnContainer, hostPath } from "../../core/own-container.ts";

const workspaceTarget = "/workspace";
const graceMilliseconds = 1000;

/** By the shell's custom: the program cannot be run. */
const cannotRun = 127;

/**
 * Runs a command in a container of its own and answers its exit code. The container runs as the workspace's owner (it
 * could not write there otherwise, or the server not remove what it wrote), and is removed whatever happens.
 */
export async function runCommand(
    docker: DockerClient,
    command: ContainerCommand,
    findOwnContainer: FindOwnContainer,
): Promise<number> {
    command.signal.throwIfAborted();
    const source = await onHost(command.workspace, findOwnContainer);
    const id = await create(docker, command, source);
    try {
        return await follow(docker, id, command);
    } finally {
        await docker.containers.remove(id);
    }
}

/** The engine mounts directories of its own machine: beside a server in a container they may have another name. */
async function onHost(workspace: string, findOwnContainer: FindOwnContainer): Promise<string> {
    const own = await findOwnContainer();
    const source = own === undefined ? workspace : hostPath(own, workspace);
    if (source === undefined) {
        throw new AppError(
            "invalid",
            "buildImage: the server runs in a container, and its data directory in it alone; mount the data directory from the host",
            { details: { errorCode: "not_supported" } },
        );
    }
    return source;
}

async function create(docker: DockerClient, command: ContainerCommand, source: string): Promise<string> {
    const [program, ...args] = command.argv;
    if (program === undefined) {
        throw new AppError("invalid", "command: it is empty; give a program to run");
    }
    const owner = await stat(command.workspace);
    try {
        return await docker.jobs.create({
            image: command.image,
            argv: [program, ...args],
            environment: command.environment,
            labels: command.labels,
            workspace: { source, target: workspaceTarget },
            user: `${owner.uid}:${owner.gid}`,
        });
    } catch (error) {
        throw errorCode(error) === "not_found" ? imageMissing(command.image, error) : error;
    }
}

async function follow(docker: DockerClient, id: string, command: ContainerCommand): Promise<number> {
    const output = await docker.jobs.follow(id, command.onLine);
    command.signal.throwIfAborted();
    try {
        await docker.jobs.start(id);
    } catch (error) {
        return refuseStart(error, command);
    }
    const stop = (): void => void end(docker, id);
    command.signal.addEventListener("abort", stop, { once: true });
    if (command.signal.aborted) {
        stop();
    }
    const exitCode = await docker.jobs.wait(id).finally(() => command.signal.removeEventListener("abort", stop));
    await Promise.race([output.ended, sleep(graceMilliseconds)]);
    return exitCode;
}

/** The engine refuses to start what the image cannot run: the user's mistake, told in the log. */
function refuseStart(error: unknown, command: ContainerCommand): number {
    if (errorCode(error) !== "invalid") {
        throw error;
    }
    command.onLine("stderr", errorMessage(error));
    return cannotRun;
}

/** An engine that goes away meanwhile is told by `wait`. */
async function end(docker: DockerClient, id: string): Promise<void> {
    await docker.containers.kill(id, "SIGTERM").catch(() => undefined);
    await sleep(graceMilliseconds);
    await docker.containers.kill(id, "SIGKILL").catch(() => undefined);
}

function imageMissing(image: string, cause: unknown): AppError {
    return new AppError("invalid", `buildImage: ${image} is not on this machine; pull it, or check its name`, {
        details: { errorCode: "image_missing" },
        cause,
    });
}
