import { labels, runNetwork } from "./names.ts";
import { ownFiles } from "./own-files.ts";
import type { ExecutorPorts } from "./ports.ts";

/** Removes everything that a run has left on the engine, and gives the files of its last jobs to this process' user. */
export async function closeRun(ports: ExecutorPorts, runId: string, workspace: string | undefined): Promise<void> {
    const { docker } = ports;
    // Whatever this server was called when it made them: a container that is made anew has another host name.
    const wanted = [`${labels.run}=${runId}`];
    const containers = await docker.containers.list(wanted);
    await Promise.all(containers.map(({ Id }) => docker.runs.discard(Id)));
    // Of a try that was followed to its end they are its owner's already.
    const image = containers.find(({ Labels }) => Labels[labels.job] !== undefined)?.Image;
    if (image !== undefined && workspace !== undefined) {
        await ownFiles(ports, { runId, by: runNetwork(runId), image, workspace });
    }
    const networks = await docker.networks.list(wanted);
    await Promise.all(networks.map(({ Id }) => docker.networks.remove(Id)));
}
