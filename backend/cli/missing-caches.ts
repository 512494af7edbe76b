import type { PlannedJob } from "../../common/schema/pipeline-plan.ts";

/**
 * The caches of which nothing lies in the working copy: that keeps what it has between runs, and a cache would put older
 * files in the place of a person's own.
 */
export async function missingCaches(
    job: Pick<PlannedJob, "cache">,
    lies: (path: string) => Promise<boolean>,
    onNote: (text: string) => void,
): Promise<PlannedJob["cache"]> {
    const missing: PlannedJob["cache"][number][] = [];
    for (const cache of job.cache) {
        const found = await findFirst(cache.paths.map(fixedPart), lies);
        if (found === undefined) {
            missing.push(cache);
        } else {
            onNote(`The cache ${cache.key} is not put in: ${found} lies in the working copy.`);
        }
    }
    return missing;
}

async function findFirst(paths: readonly string[], lies: (path: string) => Promise<boolean>) {
    for (const path of paths) {
        if (await lies(path)) {
            return path;
        }
    }
    return undefined;
}

/** The folder that all of a glob lies in; the path itself where it is none. */
function fixedPart(path: string): string {
    const names = path.split("/");
    const first = names.findIndex((name) => /[*?[\]{}!()]/.test(name));
    return (first === -1 ? names : names.slice(0, first)).join("/") || ".";
}
