import { type BuildExtras, buildExtraTree, secretDefinitions } from "./build-extras.ts";

/**
 * The text of the compose file that gives every built service its image name, and its build what the configuration adds;
 * JSON, which is YAML. It lies outside the worktree and is the last `-f` of a build.
 */
export function tagFile(
    images: ReadonlyMap<string, string>,
    extras: ReadonlyMap<string, BuildExtras> = new Map(),
): string {
    const services = [...images].map(([service, image]) => {
        const given = extras.get(service);
        const build = given && buildExtraTree(given);
        return [service, { image, ...(build !== undefined && { build }) }] as const;
    });
    const secrets = secretDefinitions(new Set([...extras.values()].flatMap((given) => given.secrets)));
    const file = {
        services: Object.fromEntries(services),
        ...(Object.keys(secrets).length > 0 && { secrets }),
    };
    return `${JSON.stringify(file, undefined, 4)}\n`;
}
