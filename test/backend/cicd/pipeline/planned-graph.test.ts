import { describe, expect, it } from "vitest";
import { graphOf } from "../../../../frontend/src/model/pipeline-graph.ts";
import { starterPipeline } from "../../../../frontend/src/model/starter-pipeline.ts";
import { mustPlan } from "../../../support/pipeline-text.ts";

async function planned(text: string) {
    const plan = await mustPlan(`image: alpine:3\n${text}`);
    return graphOf(
        plan.jobs,
        plan.stages.map(({ name }) => name),
    );
}

function linesOf(graph: ReturnType<typeof graphOf>, kind: "need" | "stage"): readonly string[] {
    return graph.lines.filter((line) => line.kind === kind).map(({ from, to }) => `${from} > ${to}`);
}

describe("the graph of a plan", () => {
    it("tells needs from the order of stages as the planner does", async () => {
        const graph = await planned(`
stages: [a, b, c]
one: { stage: a, script: x }
hand: { stage: a, script: x, when: manual }
two: { stage: b, script: x }
follows: { stage: b, script: x, needs: [hand] }
free: { stage: c, script: x, needs: [] }
last: { stage: c, script: x }
`);

        expect(linesOf(graph, "need")).toEqual(["hand > follows"]);
        expect(linesOf(graph, "stage")).toEqual(["one > two", "two > last"]);
        const free = graph.columns[2]?.jobs.find((placed) => placed.job.name === "free");
        expect(free?.needs).toEqual([]);
    });

    it("leaves out the lines that others say already", async () => {
        const graph = await planned(`
stages: [a, b, c]
one: { stage: a, script: x }
other: { stage: a, script: x }
two: { stage: b, script: x, needs: [one] }
three: { stage: c, script: x, needs: [one, two] }
`);

        expect(linesOf(graph, "need")).toEqual(["one > two", "two > three"]);
    });

    it("draws a line from each job of a matrix", async () => {
        const graph = await planned(`
stages: [test, report]
unit: { stage: test, script: x, matrix: { NODE: ["18", "20"], DB: [pg, lite] } }
lint: { stage: test, script: x }
summary: { stage: report, script: x, needs: [unit] }
`);

        expect(linesOf(graph, "need")).toHaveLength(4);
        expect(linesOf(graph, "stage")).toEqual([]);
        expect(graph.columns[0]?.jobs).toHaveLength(5);
    });

    it("has no column for a stage without jobs, and the stage after it follows the one before", async () => {
        const graph = await planned(`
stages: [a, empty, c]
one: { stage: a, script: x }
two: { stage: c, script: x }
`);

        expect(graph.columns.map(({ stage }) => stage)).toEqual(["a", "c"]);
        expect(linesOf(graph, "stage")).toEqual(["one > two"]);
    });
});

describe("the template of the page's editor", () => {
    it("is right as it is", async () => {
        const plan = await mustPlan(starterPipeline);

        expect(plan.jobs.map(({ name }) => name)).toEqual(["unit", "compose"]);
    });
});
