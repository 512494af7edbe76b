import { describe, expect, it } from "vitest";
import { planPhases } from "../../extra/test-run/phases.ts";

describe("the runs of npm test", () => {
    it("are the quick tests, then the journeys", () => {
        expect(planPhases([])).toEqual([
            { name: "unit and page", args: ["--project", "unit", "--project", "page"], needsEngine: false },
            { name: "journeys", args: ["--project", "journey", "--project", "browser"], needsEngine: true },
        ]);
    });

    it("all get the user's arguments, and may then find nothing", () => {
        const further = ["test/backend", "--passWithNoTests"];
        for (const { args } of planPhases(["test/backend"])) {
            expect(args.slice(-2)).toEqual(further);
        }
    });

    it.each([
        [["--project", "unit", "foo"], false],
        [["--project=page"], false],
        [["--project", "journey"], true],
        [["--project", "browser"], true],
        [["--project", "unit", "--project", "journey"], true],
        [["--project", "!unit"], true],
        [["--project=*"], true],
    ])("are one where projects are named: %j needs an engine: %s", (args, needsEngine) => {
        expect(planPhases(args)).toEqual([expect.objectContaining({ args, needsEngine })]);
    });
});
