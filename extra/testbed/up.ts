import { bringUp } from "./testbed.ts";
import { TestbedUnavailable, UNAVAILABLE_EXIT_CODE } from "./unavailable.ts";

/**
 * `tsx extra/testbed/up.ts [--yes]`: brings the checkout's own Docker engine up. It asks nothing, because `down.ts`
 * takes all of it away again; `--yes` may be given all the same.
 */
async function main(): Promise<void> {
    try {
        const started = Date.now();
        const testbed = await bringUp((text) => console.log(text));
        const seconds = ((Date.now() - started) / 1000).toFixed(1);
        console.log(`The test bed's engine answers at ${testbed.dockerHost} (${seconds} s).`);
        console.log(`To use it in a shell: eval "$(npx tsx extra/testbed/env.ts)"`);
    } catch (error) {
        if (!(error instanceof TestbedUnavailable)) {
            throw error;
        }
        console.error(`No test bed (${error.reason}): ${error.message}`);
        process.exitCode = UNAVAILABLE_EXIT_CODE;
    }
}

await main();
