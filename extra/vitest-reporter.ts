import type { Reporter, TestModule, TestSuite } from "vitest/node";
import { writeCounts, type Counts } from "./test-run/counts.ts";

/** Writes how many tests passed, failed and were skipped to the file that `CICD_TEST_COUNTS` names; tells second tries. */
export default class CountingReporter implements Reporter {
    onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
        for (const name of secondTries(modules)) {
            console.log(`Passed at its second try only: ${name}`);
        }
        const file = process.env["CICD_TEST_COUNTS"];
        if (file !== undefined) {
            writeCounts(file, countRun(modules, unhandledErrors.length));
        }
    }
}

/** Tests that failed first and passed then, by file and name. */
export function secondTries(modules: readonly TestModule[]): readonly string[] {
    return modules.flatMap((module) =>
        [...module.children.allTests()]
            .filter((test) => test.diagnostic()?.flaky === true)
            .map((test) => `${module.relativeModuleId} > ${test.fullName}`),
    );
}

/**
 * The counts of one run. What went wrong outside of a test (a file that cannot be loaded, a hook, an error that nobody
 * caught) counts as one failure each, and so does a test that never came to its end.
 */
export function countRun(modules: readonly TestModule[], unhandledErrors: number): Counts {
    const states = modules.flatMap((module) => [...module.children.allTests()].map((test) => test.result().state));
    const count = (state: string): number => states.filter((each) => each === state).length;
    return {
        passed: count("passed"),
        failed: count("failed") + count("pending") + brokenSuites(modules) + unhandledErrors,
        skipped: count("skipped"),
    };
}

function brokenSuites(modules: readonly TestModule[]): number {
    const suites = modules.flatMap((module) => [module, ...module.children.allSuites()]);
    return suites.filter(isBroken).length;
}

/** A module that was never run at all has neither errors nor tests, only its state. */
function isBroken(suite: TestModule | TestSuite): boolean {
    const unfinished = suite.type === "module" && ["queued", "pending"].includes(suite.state());
    return suite.errors().length > 0 || (unfinished && suite.children.size === 0);
}
