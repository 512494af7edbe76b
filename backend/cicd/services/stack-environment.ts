import type { Variable } from "../core/build-config.ts";
import type { DeploymentStore } from "../core/deployment.ts";
import type { Files } from "../core/files.ts";
import { type Release, releaseId, type ReleaseStore } from "../core/release.ts";

/** Names that decide where the programs are, and which engine and project they work on. */
const reserved = /^(PATH|HOME|PWD|(DOCKER|COMPOSE|BUILDKIT|BUILDX|LD|GIT)_.*)$/;

/** Whether a variable would lead Docker, Compose or git elsewhere. */
export function isReserved(name: string): boolean {
    return reserved.test(name);
}

/** What Compose may interpolate beside the stack's `.env`. Variables that would lead Docker elsewhere are left out. */
export function composeEnvironment(variables: readonly Variable[]): Record<string, string> {
    const passed = variables.filter((variable) => !isReserved(variable.name));
    return Object.fromEntries(passed.map((variable) => [variable.name, variable.value]));
}

/**
 * What the host's own buttons give to Compose on a connected stack: the project's name, and the variables of the
 * release that lies in the folder, without which Compose would refuse, or start with empty values.
 */
export async function hostEnvironment(
    ports: { readonly deployments: Pick<DeploymentStore, "findLive">; readonly releases: Pick<ReleaseStore, "find"> },
    stack: string,
): Promise<Record<string, string>> {
    const live = await ports.deployments.findLive(stack);
    const release = live && (await ports.releases.find(releaseId(live)));
    return release === undefined || release.initial
        ? {}
        : { ...composeEnvironment(release.variables), COMPOSE_PROJECT_NAME: stack };
}

/**
 * The stack's own `.env`, put beside a release's files while Compose reads them (a service may name it as `env_file`),
 * and removed afterwards. Undefined where the stack has none; a tracked one is then in force.
 */
export async function stackEnvironmentFile(
    files: Files,
    stackDirectory: string,
    directory: string,
    release: Release,
): Promise<{ readonly path: string; readonly remove: () => Promise<void> } | undefined> {
    const own = await files.readText(stackDirectory, ".env");
    if (own === undefined) {
        return undefined;
    }
    const tracked = release.files.some((file) => file.path === ".env")
        ? await files.readText(directory, ".env")
        : undefined;
    await files.write(directory, ".env", own, 0o600);
    return {
        path: `${directory}/.env`,
        remove: () =>
            tracked === undefined ? files.remove(directory, ".env") : files.write(directory, ".env", tracked),
    };
}
