import type { PipelineMistake } from "../../../common/schema/pipeline-mistake.ts";
import { checkPipeline } from "./check-pipeline.ts";
import { loadFiles, type ReadRepositoryFile } from "./load-files.ts";
import type { JobSource, ReadJob } from "./job-source.ts";
import { mergeHeads } from "./merge-files.ts";
import { sortMistakes } from "./mistake.ts";
import type { Pipeline } from "./pipeline.ts";

export type LoadedPipeline =
    | { readonly ok: true; readonly pipeline: Pipeline }
    /** All mistakes at once, the pipeline's own file first. */
    | { readonly ok: false; readonly mistakes: readonly PipelineMistake[] };

/** Reads a pipeline with all that it includes, and everything that is wrong with it. Throws only what `read` throws. */
export async function loadPipeline(path: string, read: ReadRepositoryFile): Promise<LoadedPipeline> {
    const { sources, mistakes } = await loadFiles(path, read);
    const head = mergeHeads(sources);
    const files = sources.map(({ file }) => file);
    const jobs = sources.flatMap((source) => source.jobs);
    const stagesUnknown = sources.some((source) => source.stagesUnknown) || mistakes.length > 0;
    const found = [
        ...mistakes,
        ...sources.flatMap((source) => source.mistakes),
        ...checkPipeline({ ...head, sources, jobs, stagesUnknown }),
    ];
    if (found.length > 0) {
        return { ok: false, mistakes: sortMistakes(found, [...files].reverse()) };
    }
    return { ok: true, pipeline: { files, ...head, jobs: jobs.flatMap(asSource) } };
}

/** Without mistakes, every job is whole. */
function asSource({ name, place, node, spec }: ReadJob): readonly JobSource[] {
    if (node === undefined || spec?.script === undefined) {
        return [];
    }
    return [{ name, place, node, spec: { ...spec, script: spec.script } }];
}
