import type { FileSource, ReadJob } from "./job-source.ts";
import type { MergedHead } from "./merge-files.ts";

/** A pipeline's files together, of which some parts may not be readable. */
export interface Unchecked extends MergedHead {
    readonly sources: readonly FileSource[];
    readonly jobs: readonly ReadJob[];
    readonly stagesUnknown: boolean;
}
