/** Steps of matching that take some milliseconds at worst. */
const affordableSteps = 10_000_000;

/**
 * Whether matching a path may take long: every `*` of a glob's segment may begin anywhere in a path's segment, every
 * `**` at any segment of the path.
 */
export function isGlobTooCostly(glob: string, path: string): boolean {
    const segments = path.split("/");
    const longest = segments.reduce((length, segment) => Math.max(length, segment.length), 0);
    const parts = glob.split("/");
    const stars = parts.reduce((most, part) => Math.max(most, part.split("*").length - 1), 0);
    const deep = parts.filter((part) => part.includes("**")).length;
    return longest ** stars > affordableSteps || segments.length ** deep > affordableSteps;
}
