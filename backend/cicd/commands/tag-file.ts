/**
 * The text of the compose file that gives every built service its image name; JSON, which is YAML. It lies outside the
 * worktree and is the last `-f` of a build.
 */
export function tagFile(images: ReadonlyMap<string, string>): string {
    const services = Object.fromEntries([...images].map(([service, image]) => [service, { image }] as const));
    return `${JSON.stringify({ services }, undefined, 4)}\n`;
}
