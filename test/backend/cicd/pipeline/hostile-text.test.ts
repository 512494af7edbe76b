import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PipelineJob } from "../../../../common/schema/pipeline-job.ts";
import { PipelineHead } from "../../../../common/schema/pipeline.ts";
import { mostMistakes } from "../../../../backend/cicd/pipeline/mistake.ts";
import { mistakesIn, planText } from "../../../support/pipeline-text.ts";

const words = [...Object.keys(PipelineHead.shape), ...Object.keys(PipelineJob.shape), "jobs", "name", "job", "branch"];
const yaml = [
    "\n",
    "\n  ",
    "\n    - ",
    ": ",
    "- ",
    "[",
    "]",
    "{",
    "}",
    ", ",
    "&a ",
    "*a",
    "<<: *a",
    "!!binary ",
    "|",
    "'",
    '"',
];
const values = [
    "build",
    "node:20",
    "1",
    "yes",
    "~",
    "$X",
    "${X:-",
    "__proto__",
    "constructor",
    "\t",
    "#",
    "\u0000",
    "\u2028",
    "---",
];
const pieces = fc
    .array(fc.constantFrom(...words, ...yaml, ...values), { maxLength: 60 })
    .map((parts) => parts.join(""));

/** Right text with something put in somewhere. */
const right =
    "stages: [build, test]\nvariables: { A: 1 }\na: { stage: build, image: 'node:20', script: x }\nb:\n  stage: test\n  image: node:20\n  needs: [a]\n  matrix: { B: [1, 2] }\n  rules: [{ branch: main }]\n  script: |\n    echo\n";
const damaged = fc
    .tuple(fc.nat(right.length), fc.nat(12), fc.oneof(pieces, fc.string({ unit: "binary", maxLength: 8 })))
    .map(([start, length, put]) => right.slice(0, start) + put + right.slice(start + length));

/** A value of any kind at any key. */
const anyShape = fc
    .record({ key: fc.constantFrom(...words), value: fc.jsonValue({ maxDepth: 4 }), inJob: fc.boolean() })
    .map(({ key, value, inJob }) =>
        JSON.stringify(inJob ? { a: { image: "x", script: "y", [key]: value } } : { [key]: value }),
    );

describe("no text crashes the parser", () => {
    it.each([
        ["any text", fc.string({ unit: "binary", maxLength: 300 }), 500],
        ["any pieces of YAML and of the format", pieces, 1500],
        ["a right pipeline with something damaged", damaged, 1000],
        ["any value at any key", anyShape, 1000],
    ] as const)("%s ends in a plan or in mistakes with places inside of the text", async (_, texts, numRuns) => {
        await fc.assert(
            fc.asyncProperty(texts, async (text) => {
                const result = await planText(text);
                if (result.ok) {
                    expect(result.plan.jobs.length + result.plan.leftOut.length).toBeGreaterThan(0);
                    return;
                }
                expect(result.mistakes.length).toBeGreaterThan(0);
                for (const { file, line, column, message, hint } of result.mistakes) {
                    expect(file).toBe("pipeline.yml");
                    expect(line).toBeLessThanOrEqual(text.split("\n").length + 1);
                    expect(column).toBeGreaterThanOrEqual(1);
                    expect(message).not.toMatch(/undefined|\[object|Invalid|^$/);
                    expect(hint).not.toMatch(/undefined|\[object|^$/);
                }
            }),
            { numRuns },
        );
    });
});

const levels = Array.from({ length: 30 }, (_, index) => `a${index}: &a${index} [${`*a${index - 1}, `.repeat(10)}x]`);
const variables = Array.from({ length: 30 }, (_, index) => `V${index}: "${`$V${index - 1}`.repeat(4)}xx"`);
const jobs = (count: number): string =>
    Array.from({ length: count }, (_, index) => `j${index}: { script: x }`).join("\n");

function lines(count: number, line: (n: number) => string): string {
    return Array.from({ length: count }, (_, n) => line(n)).join("\n");
}

describe("an image that only its variables make wrong", () => {
    it.each([
        ["x/../../containers/abc", "image"],
        ["..", "image"],
        ["a//b", "image"],
        ["x?all=1", "image"],
        ["x y", "image"],
        ["--privileged", "image"],
        ["x/../y", "services"],
    ])("is refused: %s in %s", async (value, key) => {
        const images = key === "image" ? "image: $A" : "image: x\n  services: [{ name: db, image: $A }]";
        const text = `a:\n  script: x\n  ${images}\n  variables: { A: ${JSON.stringify(value)} }`;

        expect((await mistakesIn(`stages: [test]\n${text}`)).join("\n")).toContain(
            `a.${key}: ${JSON.stringify(value)} is no image`,
        );
    });

    it.each(["node:20", "ghcr.io/team/app:1_2.3", "localhost:5000/a/b@sha256:abc", "sha256:0123abc"])(
        "is taken where it is one: %s",
        async (value) => {
            expect(
                await mistakesIn(`stages: [test]\na: { script: x, image: $A, variables: { A: "${value}" } }`),
            ).toEqual([]);
        },
    );
});

describe("what would take long or much memory is refused at once", () => {
    it.each([
        ["aliases that multiply", ["a-1: &a-1 x", ...levels].join("\n"), /more than 20000 values/],
        ["text of more than 1 MB", `a: { script: "${"x".repeat(1024 * 1024)}" }`, /larger than 1 MB/],
        ["very many pieces", "a: x\n".repeat(60_000), /more than 50000 pieces/],
        ["deep nesting", `${"[".repeat(20_000)}${"]".repeat(20_000)}`, /nested deeper than 50 levels/],
        ["very many jobs", `image: x\n${jobs(201)}`, /more than 200 jobs/],
        [
            "matrices with very many jobs together",
            `image: x\n${[1, 2, 3].map((n) => `m${n}: { script: x, matrix: { A: [${Array.from({ length: 90 }, (_, i) => i).join(", ")}] } }`).join("\n")}`,
            /more than 200 jobs/,
        ],
        [
            "variables that multiply",
            `image: x\nvariables: { ${variables.join(", ")} }\na: { script: x }`,
            /longer than 65,536/,
        ],
        [
            "variables that together take what no program can be given",
            `image: x\nvariables:\n  A: ${"a".repeat(60_000)}\n${lines(100, (n) => `  V${n}: $A`)}\na: { script: x }`,
            /1 MB together/,
        ],
        [
            "very many variables",
            `image: x\na:\n  script: x\n  variables:\n${lines(201, (n) => `    V${n}: 1`)}`,
            /more than 200/,
        ],
        [
            "scripts that aliases multiply",
            `image: x\nvariables: { A: &a ${"a".repeat(60_000)} }\nbefore_script:\n${lines(900, () => "  - *a")}\n${jobs(190)}`,
            /at most 100 KB/,
        ],
        [
            "variables of services that multiply",
            `image: x\nvariables: { A: ${"a".repeat(50_000)} }\nservices:\n  db:\n    image: x\n    variables:\n${lines(190, (n) => `      V${n}: $A`)}\n${jobs(190)}`,
            /1 MB together/,
        ],
        [
            "plans that jobs multiply",
            `image: x\nvariables: { A: ${"a".repeat(60_000)} }\n${jobs(190)}`,
            /take more than 8 MB/,
        ],
        [
            "very many services",
            `image: x\na:\n  script: x\n  services:\n${lines(21, (n) => `    s${n}: x`)}`,
            /more than 20/,
        ],
        [
            "a matrix of very many variables",
            `image: x\na:\n  script: x\n  matrix:\n${lines(5000, (n) => `    V${n}: ${"b".repeat(90)}`)}`,
            /more than 20 variables/,
        ],
        [
            "names of jobs that nobody could ask for",
            `image: x\na:\n  script: x\n  matrix:\n${lines(3, (n) => `    V${n}: ${"b".repeat(90)}`)}`,
            /longer than 255 characters/,
        ],
        ["an anchor that holds itself", "a: &a [*a]", /unknown alias/],
    ])("%s", async (_, text, mistake) => {
        const start = performance.now();

        expect((await mistakesIn(text)).join("\n")).toMatch(mistake);

        expect(performance.now() - start).toBeLessThan(3000);
    });

    it("shows nothing of a file that would steer or fill a terminal", async () => {
        const [mistake = ""] = await mistakesIn(`"\\e[2J\\u202E${"x".repeat(900)}": 1`);

        expect(mistake).toMatch(/^pipeline.yml:1:1: \uFFFD\[2J\uFFFDxxx/);
        expect(mistake.length).toBeLessThan(800);
    });

    it("tells at most 200 mistakes", async () => {
        const keys = Array.from({ length: 500 }, (_, index) => `k${index}: x`).join(", ");

        expect(await mistakesIn(`image: x\na: { script: x, ${keys} }`)).toHaveLength(mostMistakes);
    });
});
