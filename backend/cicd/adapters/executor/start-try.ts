import type { ContainerSpec } from "../../../platform/docker/container-spec.ts";
import type { JobCall, JobTask } from "../../core/job-executor.ts";
import { createOnce } from "./create-once.ts";
import { ensureImages } from "./ensure-images.ts";
import { jobSpec } from "./job-spec.ts";
import { settleUser } from "./job-user.ts";
import { serviceNetwork } from "./names.ts";
import { placeOfSocket, placeOnHost } from "./place-workspace.ts";
import type { ExecutorPorts } from "./ports.ts";
import { Refusal, refusalOf } from "./refusal.ts";
import type { Site } from "./site.ts";
import { startServices } from "./start-services.ts";

/**
 * Brings a try to the point where its container runs, and answers the container's id. Throws Refusal where it cannot be
 * run, and the signal's reason where it aborts.
 */
export async function startTry(site: Site, task: JobTask, call: JobCall, signal: AbortSignal): Promise<string> {
    const { ports, networks } = site;
    await ensureImages(ports, task, call.onNote, signal);
    await networks.ensure(task.runId);
    if (task.services.length > 0) {
        await startServices(ports, task, call.onNote, signal);
    }
    signal.throwIfAborted();
    try {
        const user = await settleUser(ports, task, call.onNote, signal);
        const { id, isStarted } = await createOnce(ports, await describe(ports, { ...task, user }));
        if (!isStarted) {
            await bringToStart(site, id, task, signal);
        }
        return id;
    } catch (error) {
        signal.throwIfAborted();
        networks.forget(task.runId);
        throw new Refusal(refusalOf(error), { cause: error });
    }
}

async function bringToStart({ ports, carrier }: Site, id: string, task: JobTask, signal: AbortSignal): Promise<void> {
    if (task.services.length > 0) {
        await ports.docker.networks.connect(serviceNetwork(task), id, []);
    }
    await carrier.in(id, task, signal);
    signal.throwIfAborted();
    await ports.docker.runs.start(id);
}

async function describe(ports: ExecutorPorts, task: JobTask): Promise<ContainerSpec> {
    const workspace = await placeOnHost(ports, task.workspace);
    const socket = task.engineSocket ? await placeOfSocket(ports) : undefined;
    return jobSpec(ports.serverName, task, { workspace, socket });
}
