import { ensureChromium } from "../testbed/chromium.ts";
import { TestbedUnavailable } from "../testbed/unavailable.ts";

/**
 * What tells journeys about the browser: `CICD_TEST_CHROMIUM` holds `{ executablePath, env, args }` as JSON. Empty
 * where there is none, and the reason is said.
 */
export async function browserEnvironment(say: (text: string) => void): Promise<Readonly<Record<string, string>>> {
    try {
        return { CICD_TEST_CHROMIUM: JSON.stringify(await ensureChromium(say)) };
    } catch (error) {
        if (!(error instanceof TestbedUnavailable)) {
            throw error;
        }
        say(`SKIPPED, because there is no browser: the browser journeys. ${error.message}`);
        return {};
    }
}
