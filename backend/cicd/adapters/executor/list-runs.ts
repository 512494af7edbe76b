import { labels } from "./names.ts";
import type { ExecutorPorts } from "./ports.ts";

/** The runs of this server that a container or a network is left of. */
export async function listRuns({ docker, serverName }: ExecutorPorts): Promise<readonly string[]> {
    const wanted = [`${labels.server}=${serverName}`, labels.run];
    const [containers, networks] = await Promise.all([docker.containers.list(wanted), docker.networks.list(wanted)]);
    const runs = [...containers, ...networks].map(({ Labels }) => Labels[labels.run] ?? "");
    return [...new Set(runs)].filter((id) => id !== "");
}
