import type { DeploymentPhase } from "../../../common/schema/deployment.ts";
import { asFailure, sentence } from "../core/failure.ts";
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

/** What applying on one machine would change; a connection that breaks is waited for. */
export async function planOnMachine(steps: MachineSteps, run: DeploymentRun, input: ApplyInput): Promise<Plan> {
    return throughBreaks(steps, run, () => steps.plan(run, input));
}

/**
 * Applies a release on one machine, and verifies it there. Where the connection breaks, it is waited for; then what is
 * there is looked at again, and only what still differs is done. Answers what was planned.
 */
export async function applyOnMachine(steps: MachineSteps, run: DeploymentRun, given: OnMachine): Promise<Plan> {
    return throughBreaks(steps, run, (attempt) =>
        attemptOn(steps, run, attempt === 1 ? given : { ...given, plan: undefined }),
    );
}

async function throughBreaks<T>(
    steps: MachineSteps,
    run: DeploymentRun,
    work: (attempt: number) => Promise<T>,
): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
        try {
            return await work(attempt);
        } catch (error) {
            const failure = asFailure(error);
            if (!steps.isRemote || attempt === mostAttempts || !isBreak(failure.errorCode)) {
                throw error;
            }
            run.say(`${sentence(failure.message)} Waiting for ${steps.name}, to look at what is there and go on.`);
            await steps.waitForEngine(run);
            run.checkSignal();
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
