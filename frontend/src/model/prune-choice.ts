import type { PruneRequest } from "../../../common/schema/prune.ts";

/** What goes, as keys of sentences; empty where nothing is chosen. */
export function pruneSteps(request: PruneRequest): readonly string[] {
    const flags = ["containers", "networks", "volumes", "buildCache"] as const;
    const images = { none: [], dangling: ["danglingImages"], unused: ["unusedImages"] } as const;
    return [...images[request.images], ...flags.filter((flag) => request[flag])];
}
