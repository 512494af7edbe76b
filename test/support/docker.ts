import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/** The docker client, as a person at a terminal would call it. */
export async function docker(...args: readonly string[]): Promise<string> {
    const { stdout } = await run("docker", [...args], { maxBuffer: 64 * 1024 * 1024 });
    return stdout.trim();
}

/** `docker compose` in a stack's folder. */
export async function compose(directory: string, ...args: readonly string[]): Promise<string> {
    const { stdout, stderr } = await run("docker", ["compose", ...args], { cwd: directory });
    return stdout + stderr;
}

/** The id of the container that runs a service of a stack; "" where none does. */
export async function containerOf(stack: string, service: string): Promise<string> {
    return docker(
        "ps",
        "-q",
        "--no-trunc",
        ...labels(stack),
        "--filter",
        `label=com.docker.compose.service=${service}`,
    );
}

/** Removes everything of a stack: containers, networks, volumes and the images built for it. */
export async function removeStack(stack: string): Promise<void> {
    const containers = await docker("ps", "-aq", ...labels(stack));
    await removeAll(containers, (ids) => docker("rm", "-f", "-v", ...ids));
    const networks = await docker("network", "ls", "-q", ...labels(stack));
    await removeAll(networks, (ids) => docker("network", "rm", ...ids));
    const volumes = await docker("volume", "ls", "-q", ...labels(stack));
    await removeAll(volumes, (ids) => docker("volume", "rm", "-f", ...ids));
    const images = await docker("images", "--format", "{{.Repository}}:{{.Tag}}", "--filter", `reference=${stack}-*`);
    await removeAll(images, (names) => docker("rmi", "-f", ...names));
}

function labels(stack: string): readonly string[] {
    return ["--filter", `label=com.docker.compose.project=${stack}`];
}

async function removeAll(list: string, remove: (ids: readonly string[]) => Promise<unknown>): Promise<void> {
    const ids = list.split("\n").filter((line) => line !== "");
    if (ids.length > 0) {
        await remove(ids);
    }
}
