import type { UsableEngine } from "../engine/choice.ts";
import { findEngine } from "../engine/find-engine.ts";
import { ensureBuilt } from "../scripts/ensure-built.mjs";
import { browserEnvironment } from "./browser.ts";
import type { Counts } from "./counts.ts";
import type { Phase } from "./phases.ts";
import { runVitest } from "./run-vitest.ts";

/** A name that no test has: vitest then finds every test, and skips it. */
const noTest = ["--testNamePattern", "(?!)"];

/** Runs tests that need an engine; without one they are found and counted as skipped, and the reason is said. */
export async function runJourneys(phase: Phase, say: (text: string) => void): Promise<Counts> {
    const engine = await findEngine(say);
    if (engine.kind === "none") {
        say(`SKIPPED, because there is no Docker engine: the tests of ${phase.name}. ${engine.reason}`);
        return runVitest([...phase.args, ...noTest], {});
    }
    try {
        return await runOn(engine, phase, say);
    } finally {
        await engine.release();
    }
}

async function runOn(engine: UsableEngine, phase: Phase, say: (text: string) => void): Promise<Counts> {
    await ensureBuilt();
    const browser = await browserEnvironment(say);
    say(`Engine: ${engine.description}.`);
    return runVitest(phase.args, { ...engine.environment, ...browser, CICD_TEST_ENGINE: engine.kind });
}
