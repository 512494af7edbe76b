import { describe, expect, it } from "vitest";
import type { RunCounts } from "../../extra/test-run/counts.ts";
import { runTwice } from "../../extra/test-run/second-try.ts";

const projects = ["--project", "journey"];
const failed = (file: string, passed: number) => ({ file, counts: { passed, failed: 1, skipped: 1 } });
const allPassed: RunCounts = { passed: 9, failed: 0, skipped: 0, failedFiles: [] };

/** Plays these runs one after the other. */
function play(runs: readonly RunCounts[], isEnded = false) {
    const asked: (readonly string[])[] = [];
    const said: string[] = [];
    const runOnce = (args: readonly string[]): Promise<RunCounts> => {
        asked.push(args);
        return Promise.resolve(runs[asked.length - 1] ?? allPassed);
    };
    const counts = runTwice(projects, { runOnce, say: (text) => said.push(text), ended: () => isEnded });
    return counts.then((all) => ({ asked, said, counts: all }));
}

describe("a second try", () => {
    it("is not made where nothing failed", async () => {
        const { asked, said, counts } = await play([allPassed]);

        expect(asked).toEqual([projects]);
        expect(said).toEqual([]);
        expect(counts).toMatchObject({ passed: 9, failed: 0 });
    });

    it("runs just the files that failed, counts them instead of their first try, and names them", async () => {
        const { asked, said, counts } = await play([
            { passed: 20, failed: 2, skipped: 3, failedFiles: [failed("a.test.ts", 4), failed("b.test.ts", 5)] },
            { passed: 12, failed: 1, skipped: 0, failedFiles: [failed("b.test.ts", 5)] },
        ]);

        expect(asked).toEqual([projects, [...projects, "a.test.ts", "b.test.ts"]]);
        expect(counts).toEqual({ passed: 23, failed: 1, skipped: 1 });
        expect(said).toEqual(["Tried a second time: a.test.ts, b.test.ts", "Passed at its second try only: a.test.ts"]);
    });

    it("does not make up for an error outside of every file", async () => {
        const first = { passed: 20, failed: 2, skipped: 1, failedFiles: [failed("a.test.ts", 4)] };

        const { counts } = await play([first, { ...allPassed, passed: 5 }]);

        expect(counts).toMatchObject({ passed: 21, failed: 1 });
    });

    it("is not made once the user has asked for the end", async () => {
        const first = { passed: 20, failed: 1, skipped: 1, failedFiles: [failed("a.test.ts", 4)] };

        const { asked, counts } = await play([first], true);

        expect(asked).toHaveLength(1);
        expect(counts).toMatchObject({ failed: 1 });
    });
});
