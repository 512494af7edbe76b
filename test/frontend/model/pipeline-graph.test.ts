import { describe, expect, it } from "vitest";
import { graphSize } from "../../../frontend/src/model/graph-places.ts";
import { graphOf, neighbourOf, shownLines, type GraphJob } from "../../../frontend/src/model/pipeline-graph.ts";
import { eightJobs, job } from "../support/pipeline-fixtures.ts";

const stages = ["build", "test", "release"];
const { boxWidth, boxHeight, columnGap, rowGap } = graphSize;

function linesOf(graph: ReturnType<typeof graphOf>, kind: "need" | "stage"): readonly string[] {
    return graph.lines.filter((line) => line.kind === kind).map(({ from, to }) => `${from} > ${to}`);
}

describe("the graph of three stages and eight jobs", () => {
    const graph = graphOf(eightJobs, stages);

    it("has a column for each stage, and its jobs below each other in the order of the file", () => {
        const names = graph.columns.map(({ stage, jobs }) => [stage, jobs.map((one) => one.job.name)]);

        expect(names).toEqual([
            ["build", ["compile", "lint"]],
            ["test", ["unit [18]", "unit [20]", "browser"]],
            ["release", ["package", "docs", "announce"]],
        ]);
        const placed = graph.columns.flatMap(({ jobs }) => jobs);
        expect(placed.map(({ x }) => x / (boxWidth + columnGap))).toEqual([0, 0, 1, 1, 1, 2, 2, 2]);
        expect(placed.map(({ y }) => y / (boxHeight + rowGap))).toEqual([0, 1, 0, 1, 2, 0, 1, 2]);
        expect(graph).toMatchObject({ width: 3 * boxWidth + 2 * columnGap, height: 3 * boxHeight + 2 * rowGap });
    });

    it("draws one line for each need, and for a stage one to each job and one from each job", () => {
        expect(linesOf(graph, "need")).toEqual(["compile > browser", "lint > docs", "package > announce"]);
        expect(linesOf(graph, "stage")).toEqual([
            "compile > unit [18]",
            "compile > unit [20]",
            "lint > unit [18]",
            "unit [18] > package",
            "unit [20] > package",
            "browser > package",
        ]);
    });

    it("lets no line between jobs run behind a box", () => {
        const skipping = graph.lines.find(({ from, to }) => from === "lint" && to === "docs");
        const lane = Number(/C \S+ \S+ \S+ (\S+) \S+ \S+ H/.exec(skipping?.path ?? "")?.[1]);

        const between = graph.columns[1]?.jobs ?? [];
        expect(between.filter(({ y }) => lane > y && lane < y + boxHeight)).toEqual([]);
    });

    it("knows the neighbour in each direction, the nearest where a column is shorter", () => {
        expect(neighbourOf(graph, "compile", "ArrowDown")).toBe("lint");
        expect(neighbourOf(graph, "compile", "ArrowRight")).toBe("unit [18]");
        expect(neighbourOf(graph, "browser", "ArrowLeft")).toBe("lint");
        expect(neighbourOf(graph, "announce", "ArrowRight")).toBeUndefined();
        expect(neighbourOf(graph, "compile", "ArrowUp")).toBeUndefined();
        expect(neighbourOf(graph, "nobody", "ArrowUp")).toBeUndefined();
    });
});

describe("the graph of 200 jobs", () => {
    const many: GraphJob[] = Array.from({ length: 200 }, (_, index) => {
        const needs = Array.from({ length: index % 4 === 0 ? 0 : 40 }, (_, other) => `job ${other * 4}`);
        return job(`job ${index}`, `stage ${index % 4}`, "pending", { waitsFor: needs });
    });
    const names = ["stage 0", "stage 1", "stage 2", "stage 3"];

    it("is made in no time, and shows only the lines of the job that is looked at", () => {
        const begun = performance.now();
        const graph = graphOf(many, names);

        expect(performance.now() - begun).toBeLessThan(1000);
        expect(graph.crowded).toBe(true);
        expect(shownLines(graph, undefined)).toEqual([]);
        expect(shownLines(graph, "job 1")).toHaveLength(40);
        expect(graph.columns.map(({ jobs }) => jobs.length)).toEqual([50, 50, 50, 50]);
    });

    it("has few lines where all wait for their stages", () => {
        const before = (index: number) =>
            many.flatMap(({ name }, other) => (other % 4 < index % 4 ? [name] : [])).toSorted();
        const graph = graphOf(
            many.map((one, index) => ({ ...one, waitsFor: before(index) })),
            names,
        );

        expect(graph.crowded).toBe(false);
        expect(graph.lines).toHaveLength(3 * 99);
    });

    it("ends where jobs wait for each other or for nobody", () => {
        const circle = [
            job("a", "x", "pending", { waitsFor: ["b"] }),
            job("b", "x", "pending", { waitsFor: ["a", "z"] }),
        ];

        expect(linesOf(graphOf(circle, ["x"]), "need").length).toBeLessThanOrEqual(2);
        expect(graphOf([], ["x"])).toMatchObject({ columns: [], lines: [], width: 0, height: 0 });
    });
});
