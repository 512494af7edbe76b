import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runChild } from "../scripts/child.mjs";
import { root } from "../scripts/paths.mjs";
import { noCounts, readCounts, type RunCounts } from "./counts.ts";

const vitest = join(root, "node_modules", "vitest", "vitest.mjs");
const reporter = join(root, "extra", "vitest-reporter.ts");

/** Runs vitest to its end, its output on the terminal. A failure that it did not count itself counts as one. */
export async function runVitest(
    args: readonly string[],
    environment: Readonly<Record<string, string>>,
    output: "shown" | "hidden" = "shown",
): Promise<RunCounts> {
    const folder = mkdtempSync(join(tmpdir(), "cicd-test-"));
    const file = join(folder, "counts.json");
    try {
        const words = [vitest, "run", "--reporter=default", `--reporter=${reporter}`, ...args];
        const env = { ...process.env, ...environment, CICD_TEST_COUNTS: file };
        const options = { cwd: root, env, show: output === "shown" };
        const { code } = await runChild(process.execPath, words, options);
        const counts = readCounts(file) ?? { ...noCounts, failedFiles: [] };
        return code === 0 || counts.failed > 0 ? counts : { ...counts, failed: 1 };
    } finally {
        rmSync(folder, { recursive: true, force: true });
    }
}

/** Whether vitest finds a file for these arguments; a run of none need not prepare anything. */
export async function findsFiles(args: readonly string[]): Promise<boolean> {
    const { code, output } = await runChild(process.execPath, [vitest, "list", "--filesOnly", ...args], { cwd: root });
    return code !== 0 || output.trim() !== "";
}
