import "./scripts/require-node.mjs";
import { ensureInstalled } from "./scripts/install.mjs";

/** `npm test [-- arguments for vitest]`: runs every test; the last line is the count. */

try {
    await ensureInstalled();
    const { register } = await import("tsx/esm/api");
    register();
    const { countLine, runTests, skippedLine } = await import("./test-run/main.ts");
    const { counts, status } = await runTests(process.argv.slice(2));
    process.exitCode = status;
    const skipped = skippedLine(counts);
    if (skipped !== undefined) {
        console.log(skipped);
    }
    console.log(countLine(counts));
} catch (error) {
    console.error(error);
    process.exitCode = 1;
    console.log("0 passed, 1 failed");
}
