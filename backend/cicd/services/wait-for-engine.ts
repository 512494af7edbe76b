import { errorCode } from "../../../common/errors.ts";
import type { Clock } from "../core/clock.ts";
import type { Engine } from "../core/engine.ts";
import type { DeploymentRun } from "./deployment-run.ts";

const patienceSeconds = 60;
const lookEveryMilliseconds = 500;

/**
 * Waits up to a minute for an engine that is away. A restart of the engine must not turn a rollback into a failed one;
 * where it stays away, whatever comes next says so.
 */
export async function waitForEngine(
    ports: { readonly engine: Pick<Engine, "ping">; readonly clock: Clock },
    run: DeploymentRun,
): Promise<void> {
    const limit = ports.clock.now().getTime() + patienceSeconds * 1000;
    let told = false;
    while (!(await answers(ports.engine)) && ports.clock.now().getTime() < limit) {
        if (!told) {
            run.say(`The Docker engine does not answer; waiting up to ${patienceSeconds} s for it.`);
            told = true;
        }
        await ports.clock.sleep(lookEveryMilliseconds);
    }
}

async function answers(engine: Pick<Engine, "ping">): Promise<boolean> {
    try {
        await engine.ping();
        return true;
    } catch (error) {
        if (errorCode(error) === "unavailable") {
            return false;
        }
        throw error;
    }
}
