import type { UsableEngine } from "../engine/choice.ts";
import { findEngine } from "../engine/find-engine.ts";
import { ensureBuilt } from "../scripts/ensure-built.mjs";
import { takeDownSecondHost } from "../testbed/second-host.ts";
import { browserEnvironment } from "./browser.ts";
import { noCounts, type Counts } from "./counts.ts";
import type { Phase } from "./phases.ts";
import { runVitest } from "./run-vitest.ts";
import { runTwice } from "./second-try.ts";
import { prepareSsh } from "./ssh.ts";

/** A name that no test has: vitest then finds every test, and skips it. */
const noTest = ["--testNamePattern", "(?!)"];

/** What a run of journeys is told. */
export interface JourneyRun {
    readonly phase: Phase;
    /** Whether a file in which a test failed is run once more. */
    readonly hasSecondTry: boolean;
    readonly say: (text: string) => void;
    /** Whether the user has asked for the end. */
    readonly ended: () => boolean;
}

/** Runs tests that need an engine; without one they are found and counted as skipped, and the reason is said. */
export async function runJourneys(run: JourneyRun): Promise<Counts> {
    const { phase, say } = run;
    const engine = await findEngine(say);
    if (engine.kind === "none") {
        say(`SKIPPED, because there is no Docker engine: the tests of ${phase.name}. ${engine.reason}`);
        return runVitest([...phase.args, ...noTest], {});
    }
    try {
        return await runOn(engine, run);
    } finally {
        await takeDownSecondHost();
        await engine.release();
    }
}

async function runOn(engine: UsableEngine, { phase, hasSecondTry, say, ended }: JourneyRun): Promise<Counts> {
    await ensureBuilt();
    await prepareSsh(say);
    const browser = await browserEnvironment(say);
    if (ended()) {
        return noCounts;
    }
    say(`Engine: ${engine.description}.`);
    const environment = { ...engine.environment, ...browser, CICD_TEST_ENGINE: engine.kind };
    const runOnce = (args: readonly string[]) => runVitest(args, environment);
    return hasSecondTry ? runTwice(phase.args, { runOnce, say, ended }) : runOnce(phase.args);
}
