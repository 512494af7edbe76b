import { existsSync } from "node:fs";
import { chmod, mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { run } from "./command.ts";
import { libraryFolders } from "./packages.ts";
import type { TestbedPaths } from "./paths.ts";

const PLUGINS = ["docker-compose", "docker-buildx"];

/**
 * Writes the small programs through which the unpacked ones are run. Those that need the bed's own libraries get
 * them here, each for itself, so that no other program ever sees an LD_LIBRARY_PATH.
 */
export async function writePrograms(paths: TestbedPaths): Promise<void> {
    const libraries = await libraryFolders(paths.root);
    const programs = join(paths.root, "usr/sbin");
    await rm(paths.sbin, { recursive: true, force: true });
    await mkdir(paths.sbin, { recursive: true });
    await mkdir(paths.bin, { recursive: true });
    await writeProgram(join(paths.sbin, "runc"), withLibraries(libraries, join(programs, "runc")));
    for (const name of ["iptables", "ip6tables"]) {
        const script = (kind: string): string => withLibraries(libraries, join(programs, `${name}-${kind}`));
        await writeProgram(join(paths.sbin, name), script("nft"));
        if (!(await run(join(paths.sbin, name), ["-t", "nat", "-S"])).ok) {
            await writeProgram(join(paths.sbin, name), script("legacy"));
        }
    }
    await linkPlugins(paths);
    await writeProgram(join(paths.bin, "docker"), dockerScript(paths));
}

/** The daemon's PATH: the bed's programs before the machine's. */
export function daemonPath(paths: TestbedPaths): string {
    const own = [paths.sbin, join(paths.root, "usr/sbin"), join(paths.root, "usr/bin")];
    return [...own, "/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"].join(":");
}

function pluginFolder(paths: TestbedPaths): string {
    return join(paths.root, "usr/libexec/docker/cli-plugins");
}

async function linkPlugins(paths: TestbedPaths): Promise<void> {
    await mkdir(join(paths.dockerConfig, "cli-plugins"), { recursive: true });
    for (const plugin of PLUGINS) {
        const link = join(paths.dockerConfig, "cli-plugins", plugin);
        await rm(link, { force: true });
        await symlink(join(pluginFolder(paths), plugin), link);
    }
}

function withLibraries(libraries: readonly string[], program: string): string {
    const extensions = libraries.map((folder) => join(folder, "xtables")).find((folder) => existsSync(folder)) ?? "";
    return `#!/bin/sh
export LD_LIBRARY_PATH=${quoted(libraries.join(":"))} XTABLES_LIBDIR=${quoted(extensions)}
exec ${quoted(program)} "$@"
`;
}

/**
 * An installed docker finds its plugins in the system's folders whatever DOCKER_CONFIG says. This one has no such
 * folder, so it links them into the private DOCKER_CONFIG that it was given, never into a user's own.
 */
function dockerScript(paths: TestbedPaths): string {
    return `#!/bin/sh
plugins=${quoted(pluginFolder(paths))}
: "\${DOCKER_CONFIG:=${doubleQuoted(paths.dockerConfig)}}"
export DOCKER_CONFIG
if [ "$DOCKER_CONFIG" != "\${HOME:-}/.docker" ] && [ ! -e "$DOCKER_CONFIG/cli-plugins/docker-buildx" ]; then
    mkdir -p "$DOCKER_CONFIG/cli-plugins" 2>/dev/null
    ln -s "$plugins"/docker-compose "$plugins"/docker-buildx "$DOCKER_CONFIG/cli-plugins/" 2>/dev/null
fi
exec ${quoted(join(paths.root, "usr/bin/docker"))} "$@"
`;
}

function quoted(text: string): string {
    return `'${text.replaceAll("'", "'\\''")}'`;
}

function doubleQuoted(text: string): string {
    return text.replace(/[\\"$`]/g, "\\$&");
}

async function writeProgram(file: string, script: string): Promise<void> {
    await writeFile(file, script);
    await chmod(file, 0o755);
}
