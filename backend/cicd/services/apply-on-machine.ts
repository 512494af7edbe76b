import type { DeploymentPhase } from "../../../common/schema/deployment.ts";
import { asFailure } from "../core/failure.ts";
import type { DeploymentRun } from "./deployment-run.ts";
import type { MachineSteps } from "./machine-steps.ts";
import type { ApplyInput, Plan } from "./plan-release.ts";

/** How often a machine is begun with, when the way to it breaks. */
const mostAttempts = 3;

export interface OnMachine {
    readonly input: ApplyInput;
    /** Undefined where it is still to be planned. */
    readonly plan?: Plan | undefined;
    /** Told of the steps as they begin. */
    readonly enter: (phase: Extract<DeploymentPhase, "applying" | "verifying">) => Promise<void>;
}

/**
 * Applies a release on one machine, and verifies it there. Where the connection breaks, it is waited for; then what is
 * there is looked at again, and only what still differs is done. Answers what was planned.
 */
export async function applyOnMachine(steps: MachineSteps, run: DeploymentRun, given: OnMachine): Promise<Plan> {
    for (let attempt = 1; ; attempt += 1) {
        try {
            const planned = attempt === 1 ? given.plan : undefined;
            return await attemptOn(steps, run, { ...given, plan: planned });
        } catch (error) {
            const failure = asFailure(error);
            if (!steps.isRemote || attempt === mostAttempts || !isBreak(failure.errorCode)) {
                throw error;
            }
            run.say(`${failure.message}. Waiting for ${steps.name}, to look at what is there and go on.`);
            await steps.waitForEngine(run);
        }
    }
}

async function attemptOn(steps: MachineSteps, run: DeploymentRun, { input, plan, enter }: OnMachine): Promise<Plan> {
    const planned = plan ?? (await steps.plan(run, input));
    run.checkSignal(input.signal);
    await enter("applying");
    await steps.apply(run, input, planned);
    run.checkSignal(input.signal);
    if (input.start) {
        await enter("verifying");
        await steps.verify(run, planned, input.signal);
        run.checkSignal(input.signal);
    }
    return planned;
}

function isBreak(errorCode: string): boolean {
    return errorCode === "remote_unavailable" || errorCode === "engine_unavailable";
}
