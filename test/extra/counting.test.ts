import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
    addCounts,
    countLine,
    exitStatus,
    noCounts,
    skippedAsFailed,
    skippedLine,
} from "../../extra/test-run/counts.ts";
import { runVitest } from "../../extra/test-run/run-vitest.ts";

const fixtures = join(import.meta.dirname, "..", "fixtures", "counting");

function runFixture(name: string, ...args: string[]): ReturnType<typeof runVitest> {
    return runVitest(["--root", fixtures, `${name}.fixture.ts`, ...args], {}, "hidden");
}

describe("counting a run of vitest", () => {
    it.each([
        ["mixed", "every test by its end", { passed: 2, failed: 1, skipped: 1 }],
        ["hook", "a hook that throws as a failure", { passed: 1, failed: 1, skipped: 1 }],
        ["unloadable", "a file that cannot be loaded as a failure", { passed: 0, failed: 1, skipped: 0 }],
        ["unhandled", "an error that nobody handles as a failure", { passed: 1, failed: 1, skipped: 0 }],
        ["passing", "what passes", { passed: 1, failed: 0, skipped: 0 }],
        ["nonesuch", "a run without tests as a failure", { passed: 0, failed: 1, skipped: 0 }],
    ])("%s: counts %s", async (name, _, counts) => {
        expect(await runFixture(name)).toMatchObject(counts);
    });

    it("counts a worker that dies as a failure", async () => {
        const counts = await runFixture("crash");
        expect(counts.passed).toBe(0);
        expect(counts.failed).toBeGreaterThan(0);
    });

    it("finds and skips every test where no name fits", async () => {
        expect(await runFixture("mixed", "--testNamePattern", "(?!)")).toMatchObject({
            passed: 0,
            failed: 0,
            skipped: 4,
        });
    });

    it("names the files in which something failed, by paths that run just them", async () => {
        const failing = await runFixture("mixed", "passing.fixture.ts");
        expect(failing).toMatchObject({ passed: 3, failed: 1 });
        expect(failing.failedFiles).toEqual([
            { file: "mixed.fixture.ts", counts: { passed: 2, failed: 1, skipped: 1 } },
        ]);
        const files = failing.failedFiles.map(({ file }) => file);
        expect(await runVitest(["--root", fixtures, ...files], {}, "hidden")).toMatchObject({ passed: 2, failed: 1 });
    });

    it("counts nothing where a filter may find no file", async () => {
        expect(await runFixture("nonesuch", "--passWithNoTests")).toEqual({ ...noCounts, failedFiles: [] });
    });
});

describe("the last line", () => {
    it.each([
        [{ passed: 12, failed: 0, skipped: 0 }, "12 passed, 0 failed"],
        [{ passed: 0, failed: 1, skipped: 0 }, "0 passed, 1 failed"],
        [{ passed: 3, failed: 2, skipped: 4 }, "3 passed, 2 failed"],
    ])("%j reads %s", (counts, line) => {
        expect(countLine(counts)).toBe(line);
    });

    it("tells what was skipped in a line of its own", () => {
        expect(skippedLine(noCounts)).toBeUndefined();
        expect(skippedLine({ passed: 3, failed: 2, skipped: 4 })).toContain("Skipped: 4.");
    });

    it("sums over all runs", () => {
        const sum = addCounts({ passed: 1, failed: 2, skipped: 3 }, noCounts, { passed: 10, failed: 20, skipped: 30 });
        expect(sum).toEqual({ passed: 11, failed: 22, skipped: 33 });
    });
});

describe("the exit status", () => {
    it.each([
        ["all passed", { passed: 3, failed: 0, skipped: 1 }, 0],
        ["one failed", { passed: 3, failed: 1, skipped: 0 }, 1],
        ["nothing ran", noCounts, 1],
        ["everything was skipped", { passed: 0, failed: 0, skipped: 9 }, 1],
    ])("where %s", (_, counts, status) => {
        expect(exitStatus(counts)).toBe(status);
    });

    it("is a failure where skipped tests count as failed", () => {
        const counts = skippedAsFailed({ passed: 3, failed: 0, skipped: 2 });
        expect(counts).toEqual({ passed: 3, failed: 2, skipped: 0 });
        expect(exitStatus(counts)).toBe(1);
    });
});
