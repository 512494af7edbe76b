import type { PipelineMistake } from "../../../common/schema/pipeline-mistake.ts";
import { meant } from "./closest.ts";
import { type CheckedJob, type FileSource, lacks } from "./job-source.ts";
import { keyPlaceAt, placeAt } from "./located.ts";
import { mistakeAt } from "./mistake.ts";
import { stageOf } from "./pipeline.ts";
import type { Unchecked } from "./unchecked.ts";

/** Stages that stand twice, that there are none of, and jobs without one. */
export function checkStages(unchecked: Unchecked, jobs: readonly CheckedJob[]): readonly PipelineMistake[] {
    const { sources, stages, stagesUnknown } = unchecked;
    const twice = sources.flatMap(stagesTwice);
    if (stagesUnknown) {
        return twice;
    }
    const misplaced = jobs.flatMap((job) => checkStage(job, stages));
    return [...twice, ...misplaced, ...sources.flatMap((source) => checkParallelism(source, stages))];
}

function stagesTwice({ head, node }: FileSource): readonly PipelineMistake[] {
    const { stages = [] } = head;
    if (node === undefined) {
        return [];
    }
    return stages.flatMap((stage, index) =>
        stages.indexOf(stage) === index
            ? []
            : [mistakeAt(placeAt(node, ["stages", index]), `the stage ${stage} stands here twice`, "leave one out")],
    );
}

function checkStage(job: CheckedJob, stages: readonly string[]): readonly PipelineMistake[] {
    const stage = stageOf(job, stages);
    if (stage === undefined) {
        return lacks(job, "stage")
            ? [mistakeAt(job.place, `${job.name} has no stage`, `add stage: one of ${stages.join(", ")}`)]
            : [];
    }
    if (stages.includes(stage)) {
        return [];
    }
    const message = `${job.name}.stage: there is no stage ${stage}`;
    return [mistakeAt(placeAt(job.node, ["stage"]), message, meant(stage, stages))];
}

function checkParallelism({ head, node }: FileSource, stages: readonly string[]): readonly PipelineMistake[] {
    const { parallelism } = head;
    if (node === undefined || typeof parallelism !== "object") {
        return [];
    }
    return Object.keys(parallelism)
        .filter((stage) => !stages.includes(stage))
        .map((stage) => {
            const message = `parallelism: there is no stage ${stage}`;
            return mistakeAt(keyPlaceAt(node, ["parallelism"], stage), message, meant(stage, stages));
        });
}
