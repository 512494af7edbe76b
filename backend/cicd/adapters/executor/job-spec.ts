import { posix } from "node:path";
import type { ContainerSpec } from "../../../platform/docker/container-spec.ts";
import type { JobTask, ServiceTask } from "../../core/job-executor.ts";
import { runNetwork, serviceName, serviceNetwork, tryLabels, tryName } from "./names.ts";

/** Where a job finds the run's workspace. */
export const workspaceTarget = "/workspace";

/** Where programs look for the engine. */
const socketTarget = "/var/run/docker.sock";

/** What an image's programs need to set up files and users inside of the container, and no more. */
export const capabilities = ["CHOWN", "DAC_OVERRIDE", "FOWNER", "SETGID", "SETUID", "KILL"] as const;

/**
 * How much of a job's output the engine holds, for who follows it again after a restart. A job's log is cut far below.
 * It also bounds how far a follower may fall behind the job.
 */
const jobOutputBytes = 512 * 1024 ** 2;
const serviceOutputBytes = 10 * 1024 ** 2;

export interface JobPlace {
    /** The workspace on the engine's machine; undefined where it is carried into a volume. */
    readonly workspace?: string | undefined;
    /** The engine's own socket, where the job is given it. */
    readonly socket?: string | undefined;
}

/** The container of a job's try. */
export function jobSpec(serverName: string, task: JobTask, { workspace, socket }: JobPlace): ContainerSpec {
    const [program, ...args] = [...(task.entrypoint ?? []), "sh", "-c", task.script] as const;
    return {
        name: tryName(task),
        image: task.image,
        entrypoint: [program],
        command: args,
        environment: task.environment,
        labels: tryLabels(serverName, task, task.name),
        user: task.user,
        workingDirectory: posix.resolve(workspaceTarget, task.workingDirectory ?? "."),
        binds: [
            ...(workspace === undefined ? [] : [{ source: workspace, target: workspaceTarget }]),
            ...(socket === undefined ? [] : [{ source: socket, target: socketTarget }]),
        ],
        volumes: workspace === undefined ? [workspaceTarget] : [],
        network: runNetwork(task.runId),
        limits: task.limits,
        capabilities,
        health: "none",
        outputBytes: jobOutputBytes,
    };
}

/** The container of the n-th service beside a try. Its own health check is asked until `readySeconds` are over. */
export function serviceSpec(
    serverName: string,
    task: JobTask,
    index: number,
    service: ServiceTask,
    readySeconds: number,
) {
    const { health } = service;
    const retries = health === undefined ? 0 : Math.ceil(readySeconds / health.intervalSeconds) + 1;
    return {
        name: serviceName(task, index),
        image: service.image,
        entrypoint: service.entrypoint,
        command: service.command,
        environment: service.environment,
        labels: tryLabels(serverName, task, service.name),
        network: serviceNetwork(task),
        aliases: [service.name],
        limits: { processes: task.limits.processes },
        capabilities,
        health: health && { ...health, retries },
        outputBytes: serviceOutputBytes,
    } satisfies ContainerSpec;
}
