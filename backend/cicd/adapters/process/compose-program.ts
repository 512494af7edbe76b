import { accessSync, constants } from "node:fs";
import { join } from "node:path";

/** Where the docker command looks for its plugins, in its order (after the configured directory). */
const systemDirectories = [
    "/usr/local/lib/docker/cli-plugins",
    "/usr/local/libexec/docker/cli-plugins",
    "/usr/lib/docker/cli-plugins",
    "/usr/libexec/docker/cli-plugins",
];

/**
 * The compose plugin's own program: started directly it answers 50 ms sooner, with a process and 24 MB less, and gets
 * signals at first hand. Undefined where it is not found; `docker compose` then finds it its own way.
 */
export function findComposeProgram(environment: Readonly<Record<string, string | undefined>>): string | undefined {
    const home = environment["HOME"];
    const configured = environment["DOCKER_CONFIG"] ?? (home === undefined ? undefined : join(home, ".docker"));
    const directories = [...(configured === undefined ? [] : [join(configured, "cli-plugins")]), ...systemDirectories];
    return directories.map((directory) => join(directory, "docker-compose")).find(isProgram);
}

function isProgram(path: string): boolean {
    try {
        accessSync(path, constants.X_OK);
        return true;
    } catch {
        return false;
    }
}
