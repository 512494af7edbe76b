import { describe, expect, it } from "vitest";
import { loadPipeline } from "../../../../backend/cicd/pipeline/load-pipeline.ts";
import { mistakesIn, mustPlan, repository } from "../../../support/pipeline-text.ts";

const unit = "unit: { stage: test, image: x, script: x }\n";

describe("include", () => {
    it("brings jobs, stages and defaults of other files, each file once; the including file wins", async () => {
        const plan = await mustPlan({
            "pipeline.yml": "include: [ci/a.yml, ./ci//b.yml]\nvariables: { A: top }\nlast: { stage: ship, script: x }",
            "ci/a.yml": "include: ci/base.yml\nstages: [build]\nimage: from-a\na: { stage: build, script: x }",
            "ci/b.yml": "include: ci/base.yml\nstages: [ship]\nvariables: { B: b }\nb: { stage: ship, script: x }",
            "ci/base.yml": "image: base\nvariables: { A: base, B: base, C: base }",
        });

        expect(plan.stages.map(({ name }) => name)).toEqual(["build", "ship"]);
        expect(plan.jobs.map(({ name, image }) => [name, image])).toEqual([
            ["a", "from-a"],
            ["b", "from-a"],
            ["last", "from-a"],
        ]);
        expect(plan.jobs[0]?.variables).toEqual({ A: "top", B: "b", C: "base" });
    });

    it("may name jobs of other files in needs", async () => {
        const plan = await mustPlan({
            "pipeline.yml": `include: a.yml\n${unit}after: { stage: test, image: x, script: x, needs: [other] }`,
            "a.yml": "other: { stage: build, image: x, script: x }",
        });

        expect(plan.jobs.at(-1)?.waitsFor).toEqual(["other"]);
    });

    it.each([
        [
            "a file that is not there",
            { "pipeline.yml": `include: [no.yml]\n${unit}` },
            ["pipeline.yml:1:11: there is no file no.yml; give a path from the repository's root"],
        ],
        [
            "a file that includes itself",
            { "pipeline.yml": `include: pipeline.yml\n${unit}` },
            [
                "pipeline.yml:1:10: pipeline.yml includes itself: pipeline.yml → pipeline.yml; leave one of these includes out",
            ],
        ],
        [
            "files that include each other",
            { "pipeline.yml": `include: a.yml\n${unit}`, "a.yml": "include: pipeline.yml\nb: { image: x, script: x }" },
            [
                "a.yml:1:10: pipeline.yml includes itself: pipeline.yml → a.yml → pipeline.yml; leave one of these includes out",
            ],
        ],
        [
            "a path out of the repository",
            { "pipeline.yml": `include: ../x.yml\n${unit}` },
            [
                "pipeline.yml:1:10: include leads out of the workspace; give a path below it, without a leading '/' and '..'",
            ],
        ],
        [
            "the same job in two files",
            { "pipeline.yml": `include: a.yml\n${unit}`, "a.yml": unit },
            ["pipeline.yml:2:1: the job unit stands also in a.yml, line 1; give one of the two another name"],
        ],
    ])("tells where %s is named", async (_, files, mistakes) => {
        expect(await mistakesIn(files)).toEqual(mistakes);
    });

    it("tells the mistakes of all files at once, the pipeline's own first", async () => {
        const mistakes = await mistakesIn({
            "pipeline.yml": "include: a.yml\nb: { image: x }",
            "a.yml": "c: { image: x }",
        });

        expect(mistakes.map((text) => text.split(":")[0])).toEqual(["pipeline.yml", "a.yml"]);
    });

    it("tells only that a file is missing where its jobs may stand in it", async () => {
        expect(await mistakesIn("include: [no.yml]")).toHaveLength(1);
    });

    it("is bounded in depth and number", async () => {
        const deep = await loadPipeline(
            "0",
            async (path) => `include: "${Number(path) + 1}"\nj${path}: { image: x, script: x }`,
        );
        const many = Array.from({ length: 50 }, (_, index) => `f${index}`);
        const wide = await loadPipeline("pipeline.yml", async (path) =>
            path === "pipeline.yml" ? `include: [${many.join(", ")}]` : `${path}: { image: x, script: x }`,
        );

        expect(deep).toMatchObject({ ok: false, mistakes: [{ message: "includes are nested deeper than 10 files" }] });
        expect(wide).toMatchObject({ ok: false, mistakes: [{ message: "the pipeline has more than 50 files" }] });
    });

    it("says where the pipeline itself is missing", async () => {
        expect(await loadPipeline("ci/pipeline.yml", repository({}))).toMatchObject({
            ok: false,
            mistakes: [{ file: "ci/pipeline.yml", line: 1, message: "there is no file ci/pipeline.yml" }],
        });
    });
});
