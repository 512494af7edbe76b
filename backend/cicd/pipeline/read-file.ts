import { PipelineHead } from "../../../common/schema/pipeline.ts";
import type { PipelineMistake } from "../../../common/schema/pipeline-mistake.ts";
import { checkShape } from "./check-shape.ts";
import { findJobs } from "./find-jobs.ts";
import type { FileSource } from "./job-source.ts";
import { type LocatedMap, toData } from "./located.ts";
import { mistakeAt } from "./mistake.ts";
import { readYaml } from "./read-yaml.ts";

/** The keys of the top level that are no jobs. */
export const headKeys: readonly string[] = Object.keys(PipelineHead.shape);

/** Reads one file of a pipeline, by itself: each value, not what one says about another. Never throws. */
export function readFile(file: string, text: string): FileSource {
    const { root, mistakes } = readYaml(file, text);
    if (root?.kind !== "map") {
        const start = root?.place ?? { file, line: 1, column: 1 };
        const hint = "write stages, and jobs with stage, image and script";
        const wrong = root === undefined ? "the file is empty" : "the file is no map";
        return nothing(file, mistakes.length > 0 ? mistakes : [mistakeAt(start, wrong, hint)]);
    }
    const head = readHead(only(root, headKeys));
    const found = findJobs(root, headKeys);
    return {
        file,
        node: root,
        head: head.head,
        stagesUnknown: root.entries.has("stages") && head.head.stages === undefined,
        jobs: found.jobs,
        mistakes: [...mistakes, ...head.mistakes, ...found.mistakes],
    };
}

function nothing(file: string, mistakes: readonly PipelineMistake[]): FileSource {
    return { file, head: {}, stagesUnknown: true, jobs: [], mistakes };
}

/** Where a key is wrong, the others still count. */
function readHead(node: LocatedMap): { head: PipelineHead; mistakes: readonly PipelineMistake[] } {
    const whole = checkShape(PipelineHead, node, "");
    if (whole.ok) {
        return { head: whole.data, mistakes: [] };
    }
    const sound = [...node.entries.keys()].filter((key) => PipelineHead.safeParse(toData(only(node, [key]))).success);
    const part = PipelineHead.safeParse(toData(only(node, sound)));
    return { head: part.success ? part.data : {}, mistakes: whole.mistakes };
}

function only(node: LocatedMap, keys: readonly string[]): LocatedMap {
    return { ...node, entries: new Map([...node.entries].filter(([key]) => keys.includes(key))) };
}
