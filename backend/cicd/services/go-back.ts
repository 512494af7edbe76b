import type { Clock } from "../core/clock.ts";
import { type DeploymentRecord, type DeploymentStore, isTerminal } from "../core/deployment.ts";
import { asFailure, DeploymentFailure, endsCancelled } from "../core/failure.ts";
import type { LogStore } from "../core/log-stream.ts";
import type { Release } from "../core/release.ts";
import { closeLog } from "./close-log.ts";
import { DeploymentRun } from "./deployment-run.ts";
import { finishRun, succeed } from "./finish-run.ts";
import type { ApplyInput, Plan } from "./plan-release.ts";

export interface GoBackPorts {
    readonly deployments: DeploymentStore;
    readonly logs: LogStore;
    readonly clock: Clock;
    readonly announce: (deployment: DeploymentRecord) => void;
    /** What applying would change; throws where it cannot be done. Touches nothing. */
    readonly plan: (run: DeploymentRun, input: ApplyInput) => Promise<Plan>;
    readonly apply: (run: DeploymentRun, input: ApplyInput, plan: Plan) => Promise<void>;
    readonly verify: (run: DeploymentRun, plan: Plan, signal: AbortSignal) => Promise<void>;
    /** Waits a while for an engine that is away, such as one that restarts; then goes on all the same. */
    readonly waitForEngine: (run: DeploymentRun) => Promise<void>;
    /** Stops the containers of a stack that has nothing to go back to. */
    readonly stopStack: (run: DeploymentRun) => Promise<void>;
}

/** What there is to go back to. `isLost`: something was live, but its release is not kept any more. */
export interface Before {
    readonly release: Release | undefined;
    readonly isLost: boolean;
}

export interface GoBackOptions {
    readonly before: Before;
    readonly start: boolean;
    readonly rollbackOnFailure: boolean;
}

type EndError = Pick<DeploymentRecord, "error" | "errorCode">;

/** Ends a run whose applying or verifying failed: restores what ran before, where that is wanted and possible. */
export async function goBack(
    ports: GoBackPorts,
    run: DeploymentRun,
    failed: Release,
    options: GoBackOptions,
    failure: DeploymentFailure,
): Promise<void> {
    const error = { error: run.mask(failure.message), errorCode: failure.errorCode };
    const previous = options.before.release;
    run.say(error.error);
    if (endsCancelled(failure)) {
        await restoreAfterCancel(ports, run, failed, options, error);
    } else if (previous === undefined) {
        await stayDown(ports, run, options.before, error);
    } else if (options.rollbackOnFailure) {
        await rollBack(ports, run, { failed, previous, start: options.start }, error);
    } else {
        run.say("Automatic rollback is switched off for this stack: it is left as it is.");
        await finishRun(ports, run, "failed", error);
    }
}

async function stayDown(ports: GoBackPorts, run: DeploymentRun, before: Before, error: EndError): Promise<void> {
    if (before.isLost) {
        run.say("The release that ran before is not kept any more: the stack is left as it is.");
    } else {
        await ports.stopStack(run);
        run.say("There is no earlier release to go back to: the new containers were stopped.");
    }
    await finishRun(ports, run, "failed", error);
}

async function restoreAfterCancel(
    ports: GoBackPorts,
    run: DeploymentRun,
    failed: Release,
    { before, start }: GoBackOptions,
    error: EndError,
): Promise<void> {
    await enterRollingBack(run, error);
    const previous = before.release;
    try {
        if (previous === undefined) {
            await ports.stopStack(run);
        } else {
            run.say(`Restoring the release of ${nameOf(previous)}`);
            await restore(ports, run, { failed, previous, start });
        }
    } catch (cause) {
        await endLoudly(ports, run, previous, asFailure(cause));
        return;
    }
    await finishRun(ports, run, "cancelled", error);
}

interface Restoration {
    readonly failed: Release;
    readonly previous: Release;
    readonly start: boolean;
}

/** The rollback is a deployment of its own, run inside the failed one's lease. */
async function rollBack(
    ports: GoBackPorts,
    run: DeploymentRun,
    restoration: Restoration,
    error: EndError,
): Promise<void> {
    const { previous } = restoration;
    await enterRollingBack(run, error);
    run.say(`Rolling back to ${nameOf(previous)}`);
    const rollback = (await ports.deployments.findRollbackOf(run.id)) ?? (await createRollback(ports, run, previous));
    const outcome = await runRollback(ports, run, rollback, restoration);
    if (outcome !== undefined) {
        await endLoudly(ports, run, previous, outcome);
        return;
    }
    run.say(`Rolled back: the stack runs ${nameOf(previous)} again.`);
    await finishRun(ports, run, "rolled_back", error);
}

async function enterRollingBack(run: DeploymentRun, error: EndError): Promise<void> {
    await run.change(error);
    await run.enter("rolling_back");
}

async function createRollback(ports: GoBackPorts, run: DeploymentRun, previous: Release): Promise<DeploymentRecord> {
    const restored = await ports.deployments.find(previous.deploymentId);
    const rollback = await ports.deployments.create({
        stackId: run.stack,
        buildConfigId: run.record.buildConfigId,
        repositoryId: run.record.repositoryId,
        commitSha: previous.commitSha,
        commitMessage: restored?.commitMessage,
        commitAuthor: restored?.commitAuthor,
        branch: restored?.branch ?? run.record.branch,
        tag: restored?.tag,
        triggeredBy: run.record.triggeredBy,
        triggeredByUser: run.record.triggeredByUser,
        previousDeploymentId: previous.deploymentId,
        rollbackOf: run.id,
    });
    ports.announce(rollback);
    return rollback;
}

/** Undefined when it went well, else why not. One that ended before a crash is not run again. */
async function runRollback(
    ports: GoBackPorts,
    failedRun: DeploymentRun,
    rollback: DeploymentRecord,
    restoration: Restoration,
): Promise<DeploymentFailure | undefined> {
    if (isTerminal(rollback.status)) {
        return rollback.status === "successful" ? undefined : endOf(rollback);
    }
    const log = await ports.logs.open(rollback.id);
    const run = new DeploymentRun(ports, {
        record: rollback,
        log,
        signal: new AbortController().signal,
        mask: (text) => failedRun.mask(text),
    });
    try {
        if (run.record.status === "pending") {
            await run.become("deploying", "applying", { startedAt: ports.clock.now().toISOString() });
        }
        run.say(`Restoring the release of ${nameOf(restoration.previous)} after deployment ${failedRun.id} failed`);
        await restore(ports, run, restoration);
        await finishRun(ports, run, "successful", succeed(run, restoration.previous, restoration.start));
        return undefined;
    } catch (error) {
        const failure = asFailure(error);
        const message = run.mask(failure.message);
        run.say(message);
        await finishRun(ports, run, "failed", { error: message, errorCode: failure.errorCode });
        return failure;
    } finally {
        await closeLog(ports, run);
    }
}

function endOf(rollback: DeploymentRecord): DeploymentFailure {
    return new DeploymentFailure(rollback.errorCode ?? "apply_failed", rollback.error ?? "It could not be applied.");
}

async function restore(ports: GoBackPorts, run: DeploymentRun, restoration: Restoration): Promise<void> {
    const { signal } = new AbortController();
    const { previous: release, failed: previous, start } = restoration;
    const input = { release, previous, start, pull: "missing" as const, signal };
    await ports.waitForEngine(run);
    const plan = await ports.plan(run, input);
    await ports.apply(run, input, plan);
    if (start) {
        await ports.verify(run, plan, signal);
    }
}

async function endLoudly(
    ports: GoBackPorts,
    run: DeploymentRun,
    previous: Release | undefined,
    failure: DeploymentFailure,
): Promise<void> {
    const target = previous === undefined ? "nothing" : nameOf(previous);
    const error = [
        run.record.error ?? "",
        `The rollback to ${target} failed too: ${run.mask(failure.message)}`,
        'Nothing more is tried by itself. Look at the containers with "docker compose ps" in the stack\'s folder,',
        "mend the cause, then press Roll back on a good deployment, or Redeploy.",
    ].join(" ");
    run.say(error.trim());
    await finishRun(ports, run, "failed", { error: error.trim(), errorCode: "rollback_failed" });
}

function nameOf(release: Release): string {
    return release.initial ? "what ran before the repository was connected" : release.commitSha.slice(0, 7);
}
