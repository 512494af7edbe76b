import type { JobTask } from "../../core/job-executor.ts";
import { serviceName, serviceNetwork, tryName } from "./names.ts";
import type { ExecutorPorts } from "./ports.ts";

/** Removes what a try has made for itself. */
export async function removeTry({ docker }: Pick<ExecutorPorts, "docker">, task: JobTask): Promise<void> {
    const services = task.services.map((_service, index) => serviceName(task, index));
    await Promise.all([tryName(task), ...services].map((name) => docker.runs.discard(name)));
    if (services.length > 0) {
        await docker.networks.remove(serviceNetwork(task));
    }
}
