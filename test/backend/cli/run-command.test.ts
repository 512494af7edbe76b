import { mkdir, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { describe, expect, it } from "vitest";
import { systemClock } from "../../../backend/cicd/adapters/clock/system-clock.ts";
import type { JobFiles } from "../../../backend/cicd/services/pipelines/job-files.ts";
import type { CliPorts } from "../../../backend/cli/cli-ports.ts";
import { findPipelineFiles } from "../../../backend/cli/pipeline-files.ts";
import { runCli } from "../../../backend/cli/run-cli.ts";
import type { WorkingCopy } from "../../../backend/cli/working-copy.ts";
import { createFakeExecutor } from "../../support/fake-executor.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const pipeline = `stages: [build, test, ship]
compile: { stage: build, image: "node:20", script: npm ci, artifacts: { paths: [out] } }
unit: { stage: test, image: "node:$NODE", script: npm test, matrix: { NODE: ["18", "20"] }, cache: { paths: [store] } }
lint: { stage: test, image: "node:20", script: npm run lint, allow_failure: true }
ship: { stage: ship, image: "node:20", script: ship, when: manual }
tagged: { stage: ship, image: "node:20", script: ship, rules: [{ tag: "v*" }] }
`;

interface Around {
    readonly environment?: CliPorts["environment"];
    readonly copy?: WorkingCopy;
    readonly isTerminal?: boolean;
    /** Paths that lie in the working copy. */
    readonly there?: readonly string[];
}

/** The program on a working copy, with an engine in memory. */
async function createProgram(text: string, around: Around = {}) {
    const root = join(await temporaryDirectory(), "shop");
    await mkdir(join(root, ".git"), { recursive: true });
    await writeFile(join(root, "pipeline.yml"), text);
    const executor = createFakeExecutor();
    const printed: string[] = [];
    const errors: string[] = [];
    const kept: string[] = [];
    const cachesOf = new Map<string, readonly string[]>();
    const interrupt = new AbortController();
    const never = () => Promise.reject(new Error("never"));
    const files: JobFiles = {
        prepare: async (job) =>
            void cachesOf.set(
                job.name,
                job.cache.map(({ key }) => key),
            ),
        keep: async (job, { jobId }, succeeded) => {
            kept.push(`${job.name} ${succeeded}`);
            return job.artifacts && { files: 1, bytes: jobId.length, paths: [] };
        },
        handOn: never,
        archiveOf: (jobId) => `/kept/${jobId}.tar.gz`,
        remove: never,
    };
    const ports: CliPorts = {
        version: "1.2.3",
        environment: around.environment ?? {},
        serve: never,
        openData: never,
        readPassword: never,
        readFile: async (path) => (path === "some.env" ? "COLOUR=red\nSIZE=1\n" : never()),
        findPipeline: (path) => findPipelineFiles(join(root, path)),
        local: {
            describeWorkingCopy: async () =>
                around.copy ?? { commit: "c".repeat(40), branch: "topic", isChanged: true },
            openJobs: async () => ({
                runId: "run",
                stack: "shop-1",
                clock: systemClock,
                executor,
                files,
                loginFor: () => undefined,
                removeLeftovers: async () => undefined,
                lies: async (path) => around.there?.includes(path) === true,
            }),
            onInterrupt: (listener) => {
                interrupt.signal.addEventListener("abort", listener, { once: true });
                return () => interrupt.signal.removeEventListener("abort", listener);
            },
            isTerminal: around.isTerminal ?? false,
        },
        fetch: never,
        sleep: never,
        now: () => new Date(),
        print: (line) => printed.push(line.replaceAll(/\d+\.\d(?= s| )|\d+\.\d(?=\s+\d*$)/g, "0.0")),
        printError: (line) => errors.push(line),
    };
    return {
        ...{ root, executor, printed, errors, kept, cachesOf },
        interrupt: () => interrupt.abort(),
        ran: () => executor.tasks.map(({ name }) => name),
        run: (...argv: string[]) => runCli(["run", ...argv], ports),
    };
}

describe("dockge-cicd run", () => {
    it("runs the plan in the working copy, and ends with 0", async () => {
        const program = await createProgram(pipeline);
        program.executor.arrange("compile", { notes: ["Pulling."], output: ["$ npm ci", "added 3"] });

        expect(await program.run("pipeline.yml")).toBe(0);

        expect(program.ran()).toEqual(["compile", "unit [18]", "unit [20]", "lint"]);
        expect(program.executor.tasks[0]).toMatchObject({ image: "node:20", workspace: program.root });
        expect(program.executor.closed).toEqual([{ runId: "run", workspace: program.root }]);
        expect(program.printed).toEqual([
            `Running pipeline.yml at cccccccccccc on topic: working copy with uncommitted changes`,
            "Not run, as nobody starts them: ship; --manual NAME runs one.",
            "compile   | Starting in node:20.",
            "compile   | Pulling.",
            "compile   | $ npm ci",
            "compile   | added 3",
            "compile   | Artifacts are packed in /kept/run-0.tar.gz.",
            "compile   | Good after 0.0 s.",
            "unit [18] | Starting in node:18.",
            "unit [18] | Good after 0.0 s.",
            "unit [20] | Starting in node:20.",
            "unit [20] | Good after 0.0 s.",
            "lint      | Starting in node:20.",
            "lint      | Good after 0.0 s.",
            "",
            "job        stage  status   seconds  exit code",
            "compile    build  success      0.0          0",
            "unit [18]  test   success      0.0          0",
            "unit [20]  test   success      0.0          0",
            "lint       test   success      0.0          0",
            "ship       ship   skipped",
            "",
            "The pipeline is good (0.0 s).",
        ]);
    });

    it("ends with 1 when a job fails, and says which and why", async () => {
        const program = await createProgram(pipeline);
        program.executor.arrange("unit [18]", { exitCode: 7 });
        program.executor.arrange("lint", { exitCode: 1 });

        expect(await program.run()).toBe(1);

        expect(program.kept).toEqual(["compile true", "unit [18] false", "unit [20] true", "lint false"]);
        expect(program.printed.slice(-9)).toEqual([
            "compile    build  success               0.0          0",
            "unit [18]  test   failed                0.0          7",
            "unit [20]  test   success               0.0          0",
            "lint       test   failed (allowed)      0.0          1",
            "ship       ship   skipped",
            "unit [18]: the script ended with exit code 7; its log tells more",
            "lint: the script ended with exit code 1; its log tells more",
            "",
            "The pipeline has failed (0.0 s).",
        ]);
    });

    it("runs one job alone, and says what it leaves out", async () => {
        const program = await createProgram(pipeline);

        expect(await program.run("--job", "unit [20]")).toBe(0);
        expect(await program.run("--job", "unit")).toBe(0);
        expect(await program.run("--job", "ship")).toBe(0);

        expect(program.ran()).toEqual(["unit [20]", "unit [18]", "unit [20]", "ship"]);
        expect(program.printed[1]).toBe(
            "Not run before: compile; what they would make is taken from the working copy as it is.",
        );
    });

    it("takes the failure of a job that was named for a failure", async () => {
        const program = await createProgram(pipeline);
        program.executor.arrange("lint", { exitCode: 1 });

        expect(await program.run("--job", "lint")).toBe(1);
    });

    it("runs a manual job that is named, after the others", async () => {
        const program = await createProgram(pipeline);

        expect(await program.run("--manual", "ship")).toBe(0);

        expect(program.ran()).toEqual(["compile", "unit [18]", "unit [20]", "lint", "ship"]);
    });

    it("runs nothing that waits for a person who is not there", async () => {
        const program = await createProgram(`stages: [ask, deploy, tell]
approve: { stage: ask, image: x, script: "true", when: manual, allow_failure: false }
deploy: { stage: deploy, image: x, script: "true" }
tell: { stage: tell, image: x, script: "true", needs: [deploy] }
check: { stage: tell, image: x, script: "true", needs: [] }
`);

        expect(await program.run()).toBe(0);
        expect(program.ran()).toEqual(["check"]);
        expect(program.printed[2]).toBe("Not run, as they wait for those: deploy, tell.");

        expect(await program.run("--manual", "approve")).toBe(0);
        expect(program.ran().slice(1).toSorted()).toEqual(["approve", "check", "deploy", "tell"]);
    });

    it.each([
        [["--job", "unti"], "run: there is no job unti; did you mean unit?"],
        [["--manual", "shp"], "run: there is no job shp; did you mean ship?"],
        [["--manual", "lint"], "run: lint is no manual job; it runs without --manual, and alone with --job"],
        [
            ["--job", "tagged"],
            "run: the rules of tagged leave it out here; --branch, --tag and --trigger ask for others",
        ],
        [["--job", "lint", "--manual", "ship"], "run: --job runs manual jobs as well"],
        [["--variable", "A B=1"], 'run: "A B" is no name of a variable; write NAME=VALUE'],
        [["--variable", "NOWHERE"], "run: --variable NOWHERE has no value here"],
        [["--variable", "CICD_BRANCH=x"], "run: CICD_BRANCH is set for every job by itself"],
        [["--env-file", "none.env"], "run: --env-file none.env cannot be read"],
        [["--trigger", "push"], "run: --trigger is one of"],
    ])("ends with 2 for %j", async (argv, message) => {
        const program = await createProgram(pipeline);

        expect(await program.run(...argv)).toBe(2);

        expect(program.errors[0]).toContain(message);
        expect(program.executor.tasks).toEqual([]);
    });

    it("ends with 2 and tells every mistake of the file", async () => {
        const program = await createProgram("a: { image: x, scirpt: y }\nb: { image: x, script: y, stage: nope }\n");

        expect(await program.run()).toBe(2);

        expect(program.printed).toEqual([
            "pipeline.yml:1:4: a.script is missing; add it",
            "pipeline.yml:1:16: scirpt is not known in a; did you mean script?",
            "pipeline.yml:2:34: b.stage: there is no stage nope; there are build, test, deploy",
            "pipeline.yml has 3 mistakes.",
        ]);
    });

    it("ends with 2 for a mistake that shows only in the plan", async () => {
        const program = await createProgram("a: { image: $NOWHERE, script: y }\n");

        expect(await program.run()).toBe(2);

        expect(program.printed.at(-1)).toBe("pipeline.yml has 1 mistake.");
    });

    it("sets the same variables as a server, those of files and flags below those of the job", async () => {
        const program = await createProgram('a: { image: x, script: y, variables: { SIZE: 3, OTHER: "$COLOUR" } }\n', {
            environment: { TOKEN: "secret" },
        });

        expect(
            await program.run(
                "--env-file",
                "some.env",
                "--variable",
                "COLOUR=blue",
                "--variable",
                "TOKEN",
                "--tag",
                "v1",
            ),
        ).toBe(0);

        expect(program.executor.tasks[0]?.environment).toEqual({
            CI: "true",
            CICD_STACK: basename(program.root),
            CICD_COMMIT_SHA: "c".repeat(40),
            CICD_BRANCH: "topic",
            CICD_TAG: "v1",
            CICD_IMAGE_TAG: "c".repeat(40),
            CICD_PIPELINE_ID: "run",
            CICD_JOB_ID: "run-0",
            CICD_JOB_NAME: "a",
            CICD_JOB_STAGE: "test",
            COLOUR: "blue",
            SIZE: "3",
            OTHER: "blue",
            TOKEN: "secret",
        });
    });

    it("asks the rules for the branch that is checked out, or the one that is named", async () => {
        const text =
            "a: { image: x, script: y, rules: [{ branch: topic }] }\nb: { image: x, script: y, rules: [{ branch: main }] }\n";
        const program = await createProgram(text);

        await program.run();
        await program.run("--branch", "main");

        expect(program.ran()).toEqual(["a", "b"]);
    });

    it("gives the engine to a job only where that is allowed", async () => {
        const program = await createProgram("a: { image: x, script: y, docker: true }\n");

        expect(await program.run()).toBe(2);
        expect(program.errors[0]).toContain("--allow-docker gives it to this pipeline");
        expect(await program.run("--allow-docker")).toBe(0);

        expect(program.executor.tasks[0]?.engineSocket).toBe(true);
    });

    it("tries a job again where it says so", async () => {
        const program = await createProgram("a: { image: x, script: y, retry: 1 }\n");
        program.executor.arrange("a", { output: ["one"], exitCode: 1 }, { output: ["two"] });

        expect(await program.run()).toBe(0);

        expect(program.printed).toContain("a | one");
        expect(program.printed).toContain(
            "a | the script ended with exit code 1; its log tells more. Try 2 of 2 follows.",
        );
        expect(program.printed).toContain("a | two");
    });

    it("puts a cache only where nothing of it lies", async () => {
        const text =
            "a: { image: x, script: y, cache: [{ key: one, paths: [store/*.bin] }, { key: two, paths: [other] }] }\n";
        const program = await createProgram(text, { there: ["store"] });

        await program.run();

        expect(program.cachesOf.get("a")).toEqual(["two"]);
        expect(program.printed).toContain("a | The cache one is not put in: store lies in the working copy.");
    });

    it("cancels what runs, starts nothing more, and removes everything", async () => {
        const program = await createProgram(pipeline);
        const act = (): void => program.interrupt();
        program.executor.arrange("compile", { act, until: new Promise(() => undefined) });

        expect(await program.run()).toBe(1);

        expect(program.ran()).toEqual(["compile"]);
        expect(program.executor.closed).toHaveLength(1);
        expect(program.printed).toContain("Cancelling; once more ends at once, and leaves containers to the next run.");
        expect(program.printed.at(-1)).toBe("The pipeline was cancelled (0.0 s).");
        expect(program.kept).toEqual([]);
    });

    it("tells the lines of jobs that run at once apart", async () => {
        const program = await createProgram(
            "parallelism: 2\none: { image: x, script: y }\nother: { image: x, script: y }\n",
        );
        const first = new AbortController();
        const until = new Promise((resolve) => first.signal.addEventListener("abort", resolve));
        program.executor.arrange("one", { output: ["1"], until, outputAfter: ["2"] });
        program.executor.arrange("other", { output: ["3"], act: () => first.abort() });

        expect(await program.run()).toBe(0);

        expect(program.executor.mostAtOnce()).toBe(2);
        const lines = program.printed.filter((line) => /\| \d$/.test(line));
        expect(lines.toSorted()).toEqual(["one   | 1", "one   | 2", "other | 3"]);
    });

    it("is coloured at a terminal, and without colours where NO_COLOR is set", async () => {
        const text = "a: { image: x, script: y }\n";
        const coloured = await createProgram(text, { isTerminal: true });
        const plain = await createProgram(text, { isTerminal: true, environment: { NO_COLOR: "1" } });
        const output = ["\u001b[31mred\u001b[0m\u001b[2J", "10 %\r20 %"];
        coloured.executor.arrange("a", { output });
        plain.executor.arrange("a", { output });

        await coloured.run();
        await plain.run();

        expect(coloured.printed).toContain("\u001b[36ma |\u001b[0m \u001b[31mred\u001b[0m\u001b[0m");
        expect(coloured.printed).toContain("\u001b[36ma |\u001b[0m \u001b[2mStarting in x.\u001b[0m");
        expect(plain.printed).toContain("a | red");
        expect(plain.printed).toContain("a | 20 %");
        expect(plain.printed.join("")).not.toContain("\u001b");
    });

    it("prints the result as JSON, and everything else beside it", async () => {
        const program = await createProgram("a: { image: x, script: y }\n");
        program.executor.arrange("a", { exitCode: 3 });

        expect(await program.run("--json")).toBe(1);

        expect(program.printed).toHaveLength(1);
        expect(JSON.parse(program.printed[0] ?? "")).toMatchObject({
            result: "failed",
            jobs: [{ name: "a", stage: "test", status: "failed", exitCode: 3 }],
        });
        expect(program.errors).toContain("a | Starting in x.");
    });

    it("runs without git", async () => {
        const program = await createProgram("a: { image: x, script: y }\n", { copy: { isChanged: false } });

        expect(await program.run()).toBe(0);

        expect(program.printed[0]).toBe("Running pipeline.yml (no commit)");
        expect(program.executor.tasks[0]?.environment).toMatchObject({ CICD_COMMIT_SHA: "", CICD_BRANCH: "main" });
    });
});
