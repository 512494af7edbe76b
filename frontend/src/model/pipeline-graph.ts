import { needLine, stageLines, type GraphLine } from "./graph-lines.ts";
import { graphSize, placeJobs, type GraphColumn, type GraphJob, type PlacedJob } from "./graph-places.ts";
import { orderOf } from "./job-order.ts";

/** A pipeline as a picture: stages as columns, jobs as boxes, lines between them. Sizes in pixels. */
export interface PipelineGraph {
    readonly columns: readonly GraphColumn[];
    readonly lines: readonly GraphLine[];
    /** More lines between jobs than eyes can follow: only those of one job should be shown. */
    readonly crowded: boolean;
    readonly width: number;
    readonly height: number;
}

const followable = 150;

/** The graph of a run, or of a plan. */
export function graphOf(jobs: readonly GraphJob[], stages: readonly string[]): PipelineGraph {
    const { optional, needs } = orderOf(jobs, stages);
    const columns = placeJobs(jobs, stages, needs);
    const lines = [...linesByStage(columns, optional), ...linesByNeed(columns)];
    const { boxWidth, boxHeight, columnGap, rowGap } = graphSize;
    const rows = Math.max(0, ...columns.map((column) => column.jobs.length));
    return {
        columns,
        lines,
        crowded: lines.filter(({ kind }) => kind === "need").length > followable,
        width: Math.max(0, columns.length * (boxWidth + columnGap) - columnGap),
        height: Math.max(0, rows * (boxHeight + rowGap) - rowGap),
    };
}

function linesByNeed(columns: readonly GraphColumn[]): readonly GraphLine[] {
    const placed = columns.flatMap(({ jobs }) => jobs);
    const byName = new Map(placed.map((one) => [one.job.name, one]));
    return placed.flatMap((to) =>
        (to.needs ?? []).flatMap((name) => {
            const from = byName.get(name);
            return from === undefined ? [] : [needLine(from, to)];
        }),
    );
}

/** From the nearest stage before, of which something is waited for. */
function linesByStage(columns: readonly GraphColumn[], optional: ReadonlySet<string>): readonly GraphLine[] {
    const waitedFor = columns.map(({ jobs }) => jobs.filter(({ job }) => !optional.has(job.name)));
    return columns.flatMap(({ jobs }, column) => {
        const sources = waitedFor.slice(0, column).findLast((some) => some.length > 0) ?? [];
        return stageLines(
            sources,
            jobs.filter(({ needs }) => needs === undefined),
        );
    });
}

export type Direction = "ArrowUp" | "ArrowDown" | "ArrowLeft" | "ArrowRight";

/** The job beside another one; the nearest row where the next column is shorter. */
export function neighbourOf(graph: PipelineGraph, name: string, direction: Direction): string | undefined {
    const at = graph.columns.flatMap(({ jobs }) => jobs).find(({ job }) => job.name === name);
    if (at === undefined) {
        return undefined;
    }
    const [right, down] = steps[direction];
    const column = graph.columns[at.column + right]?.jobs ?? [];
    const row = down === 0 ? Math.min(at.row, column.length - 1) : at.row + down;
    return column[row]?.job.name;
}

const steps = {
    ArrowUp: [0, -1],
    ArrowDown: [0, 1],
    ArrowLeft: [-1, 0],
    ArrowRight: [1, 0],
} as const satisfies Record<Direction, readonly [number, number]>;

/** The lines to draw while a job is looked at. */
export function shownLines(graph: PipelineGraph, active: string | undefined): readonly GraphLine[] {
    return graph.lines.filter(({ kind, from, to }) => {
        return !graph.crowded || kind === "stage" || from === active || to === active;
    });
}

export type { GraphJob, PlacedJob };
