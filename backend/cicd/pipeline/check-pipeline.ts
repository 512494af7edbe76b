import type { PipelineMistake } from "../../../common/schema/pipeline-mistake.ts";
import { checkJob } from "./check-job.ts";
import { checkNeeds } from "./check-needs.ts";
import { checkStages } from "./check-stages.ts";
import type { CheckedJob, ReadJob } from "./job-source.ts";
import { matrixSize } from "./matrix.ts";
import { mistakeAt } from "./mistake.ts";
import type { Unchecked } from "./unchecked.ts";

const mostJobs = 200;

/** What is wrong with what one part says about another: stages, names, needs, images, sizes. */
export function checkPipeline(unchecked: Unchecked): readonly PipelineMistake[] {
    const readable = unchecked.jobs.flatMap(({ name, place, node, spec }) =>
        node === undefined || spec === undefined ? [] : [{ name, place, node, spec }],
    );
    const amount = checkAmount(unchecked, readable);
    if (amount.length > 0) {
        return amount;
    }
    const hasImage = unchecked.sources.some(({ node }) => node?.entries.has("image") === true);
    return [
        ...checkNames(unchecked.jobs),
        ...checkStages(unchecked, readable),
        ...readable.flatMap((job) => checkJob(job, unchecked.defaults, hasImage)),
        ...checkNeeds(unchecked, readable),
    ];
}

/** With too many of them, nothing else is looked at. */
function checkAmount(
    { sources, jobs, stagesUnknown }: Unchecked,
    readable: readonly CheckedJob[],
): readonly PipelineMistake[] {
    const start = { file: sources.at(-1)?.file ?? "", line: 1, column: 1 };
    if (jobs.length === 0) {
        const isOnlyEmpty = !stagesUnknown && sources.every(({ mistakes }) => mistakes.length === 0);
        return isOnlyEmpty
            ? [mistakeAt(start, "the pipeline has no jobs", "add one with stage, image and script")]
            : [];
    }
    const total = readable.reduce((sum, { spec }) => sum + matrixSize(spec.matrix), jobs.length - readable.length);
    const hint = "split the pipeline, or make a matrix smaller";
    return total > mostJobs ? [mistakeAt(start, `the pipeline has more than ${mostJobs} jobs`, hint)] : [];
}

function checkNames(jobs: readonly ReadJob[]): readonly PipelineMistake[] {
    const first = new Map<string, ReadJob>();
    const mistakes: PipelineMistake[] = [];
    for (const job of jobs) {
        const other = first.get(job.name);
        if (other === undefined) {
            first.set(job.name, job);
            continue;
        }
        const message = `the job ${job.name} stands also in ${other.place.file}, line ${other.place.line}`;
        mistakes.push(mistakeAt(job.place, message, "give one of the two another name"));
    }
    return mistakes;
}
