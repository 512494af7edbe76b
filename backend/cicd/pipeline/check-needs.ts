import type { PipelineMistake } from "../../../common/schema/pipeline-mistake.ts";
import { meant } from "./closest.ts";
import { findCircles } from "./find-circles.ts";
import type { CheckedJob } from "./job-source.ts";
import { placeAt } from "./located.ts";
import { mistakeAt, type Place } from "./mistake.ts";
import { needsOf } from "./needs.ts";
import { stageOf } from "./pipeline.ts";
import type { Unchecked } from "./unchecked.ts";

/** Needs that name no job, the job itself, one twice or one of a later stage, and jobs that wait for each other. */
export function checkNeeds(unchecked: Unchecked, jobs: readonly CheckedJob[]): readonly PipelineMistake[] {
    const names = [...new Set(unchecked.jobs.map(({ name }) => name))];
    return [
        ...jobs.flatMap((job) => checkNames(job, names)),
        ...(unchecked.stagesUnknown ? [] : checkOrder(unchecked.stages, jobs)),
        ...checkCircles(jobs),
    ];
}

function checkNames(job: CheckedJob, names: readonly string[]): readonly PipelineMistake[] {
    const needs = needsOf(job) ?? [];
    return needs.flatMap((need, index) => {
        const place = placeOf(job, index);
        if (need.job === job.name) {
            return [mistakeAt(place, `${job.name} needs itself`, "leave this out")];
        }
        if (!names.includes(need.job)) {
            const others = names.filter((name) => name !== job.name);
            return [
                mistakeAt(place, `${job.name} needs ${need.job}, and there is no such job`, meant(need.job, others)),
            ];
        }
        const isTwice = needs.findIndex((other) => other.job === need.job) !== index;
        return isTwice ? [mistakeAt(place, `${job.name} needs ${need.job} twice`, "leave one out")] : [];
    });
}

function checkOrder(stages: readonly string[], jobs: readonly CheckedJob[]): readonly PipelineMistake[] {
    const rank = new Map(jobs.map((job) => [job.name, stages.indexOf(stageOf(job, stages) ?? "")]));
    return jobs.flatMap((job) =>
        (needsOf(job) ?? []).flatMap((need, index) => {
            const [own = -1, other = -1] = [rank.get(job.name), rank.get(need.job)];
            const message = `${job.name} needs ${need.job}, which is in the later stage ${stages[other] ?? ""}`;
            const hint = `move ${job.name} to that stage or a later one`;
            return own >= 0 && other > own ? [mistakeAt(placeOf(job, index), message, hint)] : [];
        }),
    );
}

function checkCircles(jobs: readonly CheckedJob[]): readonly PipelineMistake[] {
    const byName = new Map(jobs.map((job) => [job.name, job]));
    const graph = new Map(jobs.map((job) => [job.name, (needsOf(job) ?? []).map((need) => need.job)]));
    return findCircles(graph).flatMap((circle) => {
        const job = byName.get(circle[0] ?? "");
        if (job === undefined) {
            return [];
        }
        const index = (needsOf(job) ?? []).findIndex((need) => need.job === circle[1]);
        const message = `jobs wait for each other: ${circle.join(" → ")}`;
        return [mistakeAt(placeOf(job, index), message, "leave one of these needs out")];
    });
}

function placeOf(job: CheckedJob, index: number): Place {
    return placeAt(job.node, ["needs", index]);
}
