import type { Variable } from "../core/build-config.ts";
import type { Files } from "../core/files.ts";
import type { Release } from "../core/release.ts";

/** What Compose may interpolate beside the stack's `.env`. */
export function composeEnvironment(variables: readonly Variable[]): Record<string, string> {
    return Object.fromEntries(variables.map((variable) => [variable.name, variable.value]));
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
    const tracked = release.files.some((file) => file.path === ".env") ? await files.readText(directory, ".env") : undefined;
    await files.write(directory, ".env", own, 0o600);
    return {
        path: `${directory}/.env`,
        remove: () => (tracked === undefined ? files.remove(directory, ".env") : files.write(directory, ".env", tracked)),
    };
}
