import type { PipelineJobRun } from "../../../common/schema/pipeline-run.ts";

/** A job as the graph shows it; one that is only planned has no status. */
export type GraphJob = Pick<PipelineJobRun, "name" | "stage" | "image" | "when" | "allowFailure" | "waitsFor"> &
    Partial<Pick<PipelineJobRun, "id" | "status" | "canStart" | "attempt" | "startedAt" | "duration" | "reusedFrom">>;

/** In pixels; the styles take them from here. */
export const graphSize = { boxWidth: 228, boxHeight: 58, columnGap: 68, rowGap: 14 } as const;

export interface PlacedJob {
    readonly job: GraphJob;
    /** Both from 0. */
    readonly column: number;
    readonly row: number;
    /** Of the box's upper left corner. */
    readonly x: number;
    readonly y: number;
    /** The jobs that it names itself; undefined where it waits for its stage. */
    readonly needs: readonly string[] | undefined;
}

export interface GraphColumn {
    readonly stage: string;
    readonly jobs: readonly PlacedJob[];
}

/** Puts the jobs in columns, one for each stage that has any. */
export function placeJobs(
    jobs: readonly GraphJob[],
    stages: readonly string[],
    needs: ReadonlyMap<string, readonly string[]>,
): readonly GraphColumn[] {
    const all = [...new Set([...stages, ...jobs.map(({ stage }) => stage)])];
    const used = all.filter((stage) => jobs.some((job) => job.stage === stage));
    const { boxWidth, boxHeight, columnGap, rowGap } = graphSize;
    return used.map((stage, column) => ({
        stage,
        jobs: jobs
            .filter((job) => job.stage === stage)
            .map((job, row) => ({
                job,
                column,
                row,
                x: column * (boxWidth + columnGap),
                y: row * (boxHeight + rowGap),
                needs: needs.get(job.name),
            })),
    }));
}
