import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { CliPorts } from "../../../backend/cli/cli-ports.ts";
import { findPipelineFiles } from "../../../backend/cli/pipeline-files.ts";
import { runCli } from "../../../backend/cli/run-cli.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";
import { noLocalRuns } from "../../support/no-local-runs.ts";

const right = `stages: [build, test]
compile: { stage: build, image: "node:20", script: npm ci }
unit: { stage: test, image: "node:20", script: npm test, needs: [compile] }
ship: { stage: test, image: "node:20", script: ship, rules: [{ tag: "v*", when: manual }] }
`;

/** The program, on files that lie in a folder of their own. */
async function createProgram(files: Readonly<Record<string, string>>) {
    const folder = await temporaryDirectory();
    for (const [path, text] of Object.entries(files)) {
        await mkdir(join(folder, path, ".."), { recursive: true });
        await writeFile(join(folder, path), text);
    }
    const printed: string[] = [];
    const errors: string[] = [];
    const never = () => Promise.reject(new Error("never"));
    const ports: CliPorts = {
        version: "1.2.3",
        environment: {},
        serve: never,
        openData: never,
        readPassword: never,
        readFile: never,
        findPipeline: (path) => findPipelineFiles(join(folder, path)),
        local: noLocalRuns,
        fetch: never,
        sleep: never,
        now: () => new Date(),
        print: (line) => printed.push(line),
        printError: (line) => errors.push(line),
    };
    return { folder, printed, errors, run: (...argv: string[]) => runCli(["validate", ...argv], ports) };
}

describe("dockge-cicd validate", () => {
    it("ends with 0 for a right pipeline, and shows what would run", async () => {
        const { run, printed } = await createProgram({ "pipeline.yml": right });

        expect(await run("pipeline.yml")).toBe(0);

        expect(printed).toEqual([
            "pipeline.yml is right: 2 jobs in 2 stages.",
            "  build",
            "    compile (node:20)",
            "  test",
            "    unit (node:20; after compile)",
            "  left out by their rules: ship",
        ]);
    });

    it("puts in what a run tells, with stand-ins for what only a server knows", async () => {
        const { run, printed } = await createProgram({
            "pipeline.yml": `unit: { stage: test, image: "app:$CICD_COMMIT_SHA-$CICD_BRANCH", script: x }\n`,
        });

        expect(await run("pipeline.yml")).toBe(0);

        expect(printed.at(-1)).toBe(`    unit (app:${"0".repeat(40)}-main)`);
    });

    it("takes a folder, and the working directory where nothing is named", async () => {
        const { run, printed } = await createProgram({ "pipeline.yml": right });

        expect(await run(".")).toBe(0);
        expect(await run()).toBe(0);

        expect(printed[0]).toBe("pipeline.yml is right: 2 jobs in 2 stages.");
    });

    it("asks the rules for the branch, tag and trigger that are named", async () => {
        const { run, printed } = await createProgram({ "pipeline.yml": right });

        expect(await run("pipeline.yml", "--tag", "v1")).toBe(0);

        expect(printed.at(-1)).toBe("    ship (node:20; manual)");
    });

    it("ends with 1 and tells every mistake with file, line, column and the way out", async () => {
        const { run, printed } = await createProgram({
            ".git/HEAD": "",
            "app/pipeline.yml": "include: ci/more.yml\nunit: { image: x, scirpt: y }\n",
            "ci/more.yml": "lint: { image: x, script: y, stage: nope }\n",
        });

        expect(await run("app")).toBe(1);

        expect(printed).toEqual([
            "app/pipeline.yml:2:7: unit.script is missing; add it",
            "app/pipeline.yml:2:19: scirpt is not known in unit; did you mean script?",
            "ci/more.yml:1:37: lint.stage: there is no stage nope; there are build, test, deploy",
            "app/pipeline.yml has 3 mistakes.",
        ]);
    });

    it("prints plan or mistakes as JSON", async () => {
        const { run, printed } = await createProgram({
            "pipeline.yml": right,
            "wrong/pipeline.yml": "a: { image: x }",
        });

        expect(await run("pipeline.yml", "--json")).toBe(0);
        expect(JSON.parse(printed.pop() ?? "")).toMatchObject({ ok: true, plan: { jobs: [{ name: "compile" }, {}] } });
        expect(await run("wrong", "--json")).toBe(1);
        expect(JSON.parse(printed.pop() ?? "")).toMatchObject({ ok: false, mistakes: [{ line: 1, column: 4 }] });
    });

    it("ends with 1 where there is no pipeline, and with 2 for a wrong command line", async () => {
        const { run, errors } = await createProgram({ "README.md": "" });

        expect(await run(".")).toBe(1);
        expect(await run("a", "b")).toBe(2);
        expect(await run("--trigger", "push")).toBe(2);
        expect(await run("--branch", "a b")).toBe(2);

        expect(errors[0]).toMatch(/there is no pipeline; name a file, or a folder with a pipeline.yml$/);
    });

    it("includes nothing through a link that leads out of the repository", async () => {
        const { run, folder, printed } = await createProgram({
            "repo/.git/HEAD": "",
            "repo/pipeline.yml": "include: [link.yml, inner.yml]\n",
            "repo/real.yml": "a: { image: x, script: y }\n",
            "outside.yml": "b: { image: x, script: y }\n",
        });
        await symlink(join(folder, "outside.yml"), join(folder, "repo/link.yml"));
        await symlink("real.yml", join(folder, "repo/inner.yml"));

        expect(await run("repo")).toBe(1);

        expect(printed).toEqual([
            "pipeline.yml:1:11: there is no file link.yml; give a path from the repository's root",
            "pipeline.yml has 1 mistake.",
        ]);
    });
});
