import { rm } from "node:fs/promises";

import { testbedPaths } from "./paths.ts";
import { takeDown } from "./testbed.ts";

/** `tsx extra/testbed/down.ts [--purge]`: takes the engine and all its traces away; `--purge` the downloads too. */
async function main(): Promise<void> {
    const paths = testbedPaths();
    await takeDown(paths);
    if (process.argv.includes("--purge")) {
        await rm(paths.bed, { recursive: true, force: true });
    }
    console.log("The test bed is down.");
}

await main();
