import { run } from "../testbed/command.ts";

/** What the `docker` of an environment can do. */
export type DockerInfo =
    { readonly usable: true; readonly version: string } | { readonly usable: false; readonly reason: string };

/** Asks the engine for its version, and the command line for Compose 2 and buildx: all three are needed. */
export async function dockerInfo(): Promise<DockerInfo> {
    const engine = await run("docker", ["info", "--format", "{{.ServerVersion}}"]);
    const version = engine.stdout.trim();
    if (!engine.ok || version === "") {
        return { usable: false, reason: "docker info reaches no engine" };
    }
    for (const plugin of ["compose", "buildx"]) {
        const answer = await run("docker", [plugin, "version"]);
        if (!answer.ok) {
            return { usable: false, reason: `docker info reaches engine ${version}, but docker ${plugin} is missing` };
        }
    }
    return { usable: true, version };
}
