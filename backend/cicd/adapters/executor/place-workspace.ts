import { hostPath } from "../../core/own-container.ts";
import type { ExecutorPorts } from "./ports.ts";

type Ports = Pick<ExecutorPorts, "docker" | "findOwnContainer">;

/** What the engine's machine calls a folder of this process; undefined where the engine does not see it. */
export async function placeOnHost({ docker, findOwnContainer }: Ports, path: string): Promise<string | undefined> {
    if (!docker.isLocal) {
        return undefined;
    }
    const own = await findOwnContainer();
    return own === undefined ? path : hostPath(own, path);
}

/** The engine's own socket, as its machine calls it. */
export async function placeOfSocket(ports: Ports): Promise<string> {
    const usual = "/var/run/docker.sock";
    return (await placeOnHost(ports, ports.docker.socketPath ?? usual)) ?? usual;
}
