import { UNAVAILABLE_EXIT_CODE } from "./unavailable.ts";
import { readTestbed, testbedEnvironment } from "./state.ts";

/** `eval "$(npx tsx extra/testbed/env.ts)"`: points a shell at the bed's engine. */
function main(): void {
    const testbed = readTestbed();
    if (testbed === undefined) {
        console.error("The test bed is not up: run npx tsx extra/testbed/up.ts first.");
        process.exitCode = UNAVAILABLE_EXIT_CODE;
        return;
    }
    for (const [name, value] of Object.entries(testbedEnvironment(testbed))) {
        console.log(`export ${name}='${value.replaceAll("'", "'\\''")}'`);
    }
}

main();
