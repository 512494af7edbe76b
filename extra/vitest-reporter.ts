import type { Reporter, TestModule, TestSuite } from "vitest/node";
import { addCounts, writeCounts, type Counts, type RunCounts } from "./test-run/counts.ts";

/** Writes how many tests passed, failed and were skipped to the file that `CICD_TEST_COUNTS` names. */
export default class CountingReporter implements Reporter {
    onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
        const file = process.env["CICD_TEST_COUNTS"];
        if (file !== undefined) {
            writeCounts(file, countRun(modules, unhandledErrors.length));
        }
    }
}

/**
 * The counts of one run. What went wrong outside of a test (a file that cannot be loaded, a hook, an error that nobody
 * caught) counts as one failure each, and so does a test that never came to its end.
 */
export function countRun(modules: readonly TestModule[], unhandledErrors: number): RunCounts {
    const files = modules.map((module) => ({ file: module.relativeModuleId, counts: countModule(module) }));
    const { passed, failed, skipped } = addCounts(...files.map(({ counts }) => counts));
    const failedFiles = files.filter(({ counts }) => counts.failed > 0);
    return { passed, failed: failed + unhandledErrors, skipped, failedFiles };
}

function countModule(module: TestModule): Counts {
    const states = [...module.children.allTests()].map((test) => test.result().state);
    const count = (state: string): number => states.filter((each) => each === state).length;
    return {
        passed: count("passed"),
        failed: count("failed") + count("pending") + brokenSuites(module),
        skipped: count("skipped"),
    };
}

function brokenSuites(module: TestModule): number {
    return [module, ...module.children.allSuites()].filter(isBroken).length;
}

/** A module that was never run at all has neither errors nor tests, only its state. */
function isBroken(suite: TestModule | TestSuite): boolean {
    const unfinished = suite.type === "module" && ["queued", "pending"].includes(suite.state());
    return suite.errors().length > 0 || (unfinished && suite.children.size === 0);
}
