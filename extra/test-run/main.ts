import { holdSignals } from "../scripts/signals.mjs";
import { addCounts, exitStatus, noCounts, skippedAsFailed, type Counts } from "./counts.ts";
import { runJourneys } from "./journeys.ts";
import { planPhases, type Phase } from "./phases.ts";
import { findsFiles, runVitest } from "./run-vitest.ts";

export { countLine, skippedLine } from "./counts.ts";

/**
 * Runs all tests, or those that the arguments for vitest choose. Ctrl-C ends the run in order: what was brought up for
 * it is taken down.
 *
 * @returns the counts over all runs, and the exit status
 */
export async function runTests(args: readonly string[]): Promise<{ counts: Counts; status: number }> {
    const signals = holdSignals();
    let counts = noCounts;
    try {
        for (const phase of planPhases(args)) {
            const concerned = args.length === 0 || (await findsFiles(phase.args));
            if (concerned && signals.received() === undefined) {
                counts = addCounts(counts, await runPhase(phase, args, () => signals.received() !== undefined));
            }
        }
    } finally {
        signals.letGo();
    }
    return { counts, status: signals.received() ?? exitStatus(counts) };
}

async function runPhase(phase: Phase, userArgs: readonly string[], ended: () => boolean): Promise<Counts> {
    try {
        if (!phase.needsEngine) {
            return await runVitest(phase.args, {});
        }
        // On a build machine a test that was not run proves nothing; where the user chose tests, skipping is meant. Its
        // engine and clock are real and shared: what is wrong there fails twice.
        const isBuild = process.env["CI"] === "true" && userArgs.length === 0;
        const counts = await runJourneys({ phase, hasSecondTry: isBuild, say: (text) => console.log(text), ended });
        return isBuild ? skippedAsFailed(counts) : counts;
    } catch (error) {
        console.error(error);
        return { ...noCounts, failed: 1 };
    }
}
