import { setTimeout as sleep } from "node:timers/promises";
import type { DockerContainers } from "../../../platform/docker/containers.ts";
import type { DockerJobs } from "../../../platform/docker/job.ts";
import type { HttpProbe } from "../../core/http-probe.ts";
import type { FindOwnContainer, OwnContainer } from "../../core/own-container.ts";

/** Of the engine, what starts a container that asks. */
interface HelperDocker {
    readonly containers: Pick<DockerContainers, "remove">;
    readonly jobs: Pick<DockerJobs, "create" | "follow" | "start">;
}

/** What is reached at all is reached at once; a firewall, though, may swallow the question. */
const directSeconds = 1;
const helperSeconds = 10;

const script = `
    const [, url, milliseconds] = process.argv;
    const headers = { "user-agent": "dockge-cicd health check" };
    fetch(url, { redirect: "manual", headers, signal: AbortSignal.timeout(Number(milliseconds)) }).then(
        ({ status }) => { console.log(status); process.exit(0); },
        () => process.exit(1),
    );
`;

/**
 * Asks as the host would, also where the server runs in a container: through its network's gateway first, where ports
 * that are published on every address answer; else by a short-lived container of the server's own image in the host's
 * network, which reaches what is published on the host's loopback alone, and containers of other networks.
 */
export function probeFromHost(docker: HelperDocker, findOwn: FindOwnContainer, direct: HttpProbe): HttpProbe {
    return {
        async status(url, timeoutSeconds, signal) {
            const own = await findOwn().catch(() => undefined);
            if (own === undefined || own.hasHostNetwork) {
                return direct.status(url, timeoutSeconds, signal);
            }
            const address = throughGateway(url, own);
            const seconds = Math.min(directSeconds, timeoutSeconds);
            const seen = address === undefined ? undefined : await direct.status(address, seconds, signal);
            return seen ?? askByHelper(docker, own, { url, timeoutSeconds, signal });
        },
    };
}

/** The address under which a container sees what listens on the host; undefined where it has none. */
function throughGateway(url: string, { gateways }: OwnContainer): string | undefined {
    const there = new URL(url);
    if (!/^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(there.hostname)) {
        return url;
    }
    const [gateway] = gateways;
    if (gateway === undefined) {
        return undefined;
    }
    there.hostname = gateway;
    return there.href;
}

interface Question {
    readonly url: string;
    readonly timeoutSeconds: number;
    readonly signal: AbortSignal;
}

async function askByHelper(
    docker: HelperDocker,
    own: OwnContainer,
    { url, timeoutSeconds, signal }: Question,
): Promise<number | undefined> {
    const id = await docker.jobs.create({
        image: own.imageId,
        argv: [process.execPath, "-e", script, url, String(timeoutSeconds * 1000)],
        environment: {},
        // The image may carry the labels of the stack that it was built for: this is none of its services.
        labels: { "com.docker.compose.oneoff": "True" },
        user: "65534:65534",
        inHostNetwork: true,
        removesItself: true,
    });
    try {
        let status: number | undefined;
        const output = await docker.jobs.follow(id, (stream, line) => {
            status = stream === "stdout" && /^\d{3}$/.test(line) ? Number(line) : status;
        });
        await docker.jobs.start(id);
        await Promise.race([output.ended, patience(timeoutSeconds + helperSeconds, signal)]);
        return status;
    } finally {
        await docker.containers.remove(id);
    }
}

async function patience(seconds: number, signal: AbortSignal): Promise<void> {
    await sleep(seconds * 1000, undefined, { signal, ref: false }).catch(() => undefined);
}
