import type { PipelineHead } from "../../../common/schema/pipeline.ts";
import type { PipelineJob } from "../../../common/schema/pipeline-job.ts";
import type { PipelineMistake } from "../../../common/schema/pipeline-mistake.ts";
import type { LocatedMap } from "./located.ts";
import type { Place } from "./mistake.ts";

/** A job as it stands in a file, as far as it can be read. */
export interface ReadJob {
    readonly name: string;
    /** Where its name stands. */
    readonly place: Place;
    /** Missing where it is no map. */
    readonly node?: LocatedMap | undefined;
    readonly spec?: PartialJob | undefined;
}

/** The keys of a job that can be read. */
export type PartialJob = Omit<PipelineJob, "script"> & { readonly script?: PipelineJob["script"] | undefined };

/** A job of which something can be read: what it says can be checked against the others. */
export interface CheckedJob extends ReadJob {
    readonly node: LocatedMap;
    readonly spec: PartialJob;
}

/** A job without mistakes of its own. */
export interface JobSource extends CheckedJob {
    readonly spec: PipelineJob;
}

/** Whether a key is missing, and not only wrong. */
export function lacks({ node }: CheckedJob, key: keyof PipelineJob): boolean {
    return !node.entries.has(key);
}

/** One file of a pipeline. */
export interface FileSource {
    readonly file: string;
    readonly node?: LocatedMap | undefined;
    /** What of its top level can be read. */
    readonly head: PipelineHead;
    /** Whether there are stages that cannot be read: then nobody knows which there are. */
    readonly stagesUnknown: boolean;
    readonly jobs: readonly ReadJob[];
    readonly mistakes: readonly PipelineMistake[];
}
