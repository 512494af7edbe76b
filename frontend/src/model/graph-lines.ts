import { graphSize, type PlacedJob } from "./graph-places.ts";

/** One line of a graph, as the path of an SVG. */
export interface GraphLine {
    /** `need`: between two jobs. `stage`: from all jobs of a stage to those of the next. */
    readonly kind: "need" | "stage";
    readonly key: string;
    readonly from: string;
    readonly to: string;
    readonly path: string;
}

const corner = 10;
/** Lines between jobs begin and end below those of the stages, so that they are told apart. */
const apart = 11;
const { boxWidth, boxHeight, columnGap, rowGap } = graphSize;

/** The line from a job to one that needs it: beside the column, across a gap, or through the gaps between the rows. */
export function needLine(from: PlacedJob, to: PlacedJob): GraphLine {
    const ends = { kind: "need", from: from.job.name, to: to.job.name } as const;
    return { ...ends, key: `${ends.from} → ${ends.to}`, path: needPath(from, to) };
}

function needPath(from: PlacedJob, to: PlacedJob): string {
    const [startY, endY] = [middle(from) + apart, middle(to) + apart];
    if (from.column === to.column) {
        const bow = to.x - columnGap * 0.45;
        return `M ${from.x} ${startY} C ${bow} ${startY} ${bow} ${endY} ${to.x} ${endY}`;
    }
    const start = from.x + boxWidth;
    if (to.column === from.column + 1) {
        return `M ${start} ${startY} ${curve(start, startY, to.x, endY)}`;
    }
    const lane = laneY(from, to);
    const [laneStart, laneEnd] = [start + columnGap, to.x - columnGap];
    const [out, back] = [curve(start, startY, laneStart, lane), curve(laneEnd, lane, to.x, endY)];
    return `M ${start} ${startY} ${out} H ${laneEnd} ${back}`;
}

/** Between two rows, so that it runs behind no box; on the side of the target's row where the source is. */
function laneY(from: PlacedJob, to: PlacedJob): number {
    return from.y < to.y ? to.y - rowGap / 2 : to.y + boxHeight + rowGap / 2;
}

function curve(fromX: number, fromY: number, toX: number, toY: number): string {
    const half = (fromX + toX) / 2;
    return fromY === toY ? `H ${toX}` : `C ${half} ${fromY} ${half} ${toY} ${toX} ${toY}`;
}

/** The lines of a stage whose jobs wait for all of another: they meet in the gap before it. */
export function stageLines(sources: readonly PlacedJob[], targets: readonly PlacedJob[]): readonly GraphLine[] {
    const [source, ...others] = sources;
    const [target] = targets;
    if (source === undefined || target === undefined) {
        return [];
    }
    const pairs = [...targets.map((one) => [source, one] as const), ...others.map((one) => [one, target] as const)];
    return pairs.map(([from, to]) => {
        const ends = { kind: "stage", from: from.job.name, to: to.job.name } as const;
        return { ...ends, key: `${ends.from} ⇒ ${ends.to}`, path: elbow(from, to) };
    });
}

function elbow(from: PlacedJob, to: PlacedJob): string {
    const [startY, endY] = [middle(from), middle(to)];
    const start = `M ${from.x + boxWidth} ${startY}`;
    if (startY === endY) {
        return `${start} H ${to.x}`;
    }
    const bend = to.x - columnGap / 2;
    const turn = endY > startY ? corner : -corner;
    const down = `H ${bend - corner} Q ${bend} ${startY} ${bend} ${startY + turn}`;
    return `${start} ${down} V ${endY - turn} Q ${bend} ${endY} ${bend + corner} ${endY} H ${to.x}`;
}

function middle({ y }: PlacedJob): number {
    return y + boxHeight / 2;
}
