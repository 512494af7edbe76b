import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { z } from "zod";

/** How many tests ended how. A file or hook that failed outside of a test counts as one failed test. */
export const Counts = z.object({ passed: z.int(), failed: z.int(), skipped: z.int() });
export type Counts = Readonly<z.infer<typeof Counts>>;

/** The counts of a run, and of each of its files in which anything failed (paths from the root, with `/`). */
export const RunCounts = Counts.extend({ failedFiles: z.array(z.object({ file: z.string(), counts: Counts })) });
export type RunCounts = Readonly<z.infer<typeof RunCounts>>;

export const noCounts: Counts = { passed: 0, failed: 0, skipped: 0 };

/** The sum over several runs. */
export function addCounts(...counts: readonly Counts[]): Counts {
    return counts.reduce(
        (sum, each) => ({
            passed: sum.passed + each.passed,
            failed: sum.failed + each.failed,
            skipped: sum.skipped + each.skipped,
        }),
        noCounts,
    );
}

/** The counts of a run whose failed files were run a second time: only that try of them counts. */
export function withSecondTry({ failedFiles, ...first }: RunCounts, second: Counts): Counts {
    const replaced = addCounts(...failedFiles.map(({ counts }) => counts));
    return {
        passed: first.passed - replaced.passed + second.passed,
        failed: first.failed - replaced.failed + second.failed,
        skipped: first.skipped - replaced.skipped + second.skipped,
    };
}

/** The last line of `npm test`: what a build machine reads, and nothing beside it. */
export function countLine({ passed, failed }: Counts): string {
    return `${String(passed)} passed, ${String(failed)} failed`;
}

/** What stands before it where not everything was run. */
export function skippedLine({ skipped }: Counts): string | undefined {
    return skipped === 0 ? undefined : `Skipped: ${String(skipped)}. What they need is not on this machine.`;
}

/** Zero only where something passed and nothing failed: a run of no tests has shown nothing. */
export function exitStatus({ passed, failed }: Counts): number {
    return passed > 0 && failed === 0 ? 0 : 1;
}

/** Skipped tests, held to be failures. */
export function skippedAsFailed({ passed, failed, skipped }: Counts): Counts {
    return { passed, failed: failed + skipped, skipped: 0 };
}

/** Leaves the counts of one run where `readCounts` finds them. */
export function writeCounts(file: string, counts: RunCounts): void {
    writeFileSync(file, JSON.stringify(counts));
}

/** The counts that a run left; undefined where it ended without any: it crashed, or had nothing to run. */
export function readCounts(file: string): RunCounts | undefined {
    if (!existsSync(file)) {
        return undefined;
    }
    return RunCounts.parse(JSON.parse(readFileSync(file, "utf8")));
}
