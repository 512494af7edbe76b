import Dockerode from "dockerode";
import { clientOptions } from "../../backend/platform/docker/address.ts";

/**
 * Resolves with the time (epoch milliseconds) at which a running container stops. Asked of the engine beforehand, it
 * tells the moment itself: no program is started to look, which takes its while on a busy machine.
 */
export async function containerEnd(container: string): Promise<number> {
    await new Dockerode(clientOptions({ host: process.env["DOCKER_HOST"] })).getContainer(container).wait();
    return Date.now();
}
