import { DeploymentFailure } from "../core/failure.ts";
import { whyPinned } from "../core/stack-state.ts";
import type { DeploymentRun } from "./deployment-run.ts";
import { findPin, type FindPinPorts } from "./find-pin.ts";

/** Ends a run that nobody asked for by hand (`cancelled`) where its stack was pinned while it waited. */
export async function checkNotPinned(ports: FindPinPorts, run: DeploymentRun): Promise<void> {
    const { triggeredBy } = run.record;
    if (triggeredBy !== "webhook" && triggeredBy !== "scheduled") {
        return;
    }
    const pin = await findPin(ports, run.stack);
    if (pin !== undefined) {
        throw new DeploymentFailure("pinned", `Not deployed: the stack is ${whyPinned(pin)}.`);
    }
}
