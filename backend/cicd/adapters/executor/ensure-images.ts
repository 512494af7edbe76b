import type { JobCall, JobTask } from "../../core/job-executor.ts";
import type { ExecutorPorts } from "./ports.ts";
import { Refusal, refusalOf } from "./refusal.ts";

/** Sees that the images of a job and its services are there. Throws Refusal where one cannot be had. */
export async function ensureImages(
    { engine }: Pick<ExecutorPorts, "engine">,
    task: JobTask,
    onNote: JobCall["onNote"],
    signal: AbortSignal,
): Promise<void> {
    for (const image of new Set([task.image, ...task.services.map((service) => service.image)])) {
        const isThere = task.pullPolicy !== "always" && (await engine.findImage(image)) !== undefined;
        signal.throwIfAborted();
        if (!isThere && task.pullPolicy === "never") {
            throw new Refusal(
                `image ${image}: it is not on this machine, and the pull policy is never; pull it there, or allow pulling`,
            );
        }
        if (!isThere) {
            onNote(`image ${image}: pulling it`);
            await pull({ engine }, image, task, onNote, signal);
        }
    }
}

async function pull(
    { engine }: Pick<ExecutorPorts, "engine">,
    image: string,
    task: JobTask,
    onLine: JobCall["onNote"],
    signal: AbortSignal,
): Promise<void> {
    try {
        await engine.pullImage(image, { signal, onLine, login: task.loginFor(image) });
    } catch (error) {
        signal.throwIfAborted();
        throw new Refusal(refusalOf(error), { cause: error });
    }
}
