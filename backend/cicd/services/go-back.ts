import type { MachineState } from "../../../common/schema/deployment.ts";
import type { Clock } from "../core/clock.ts";
import { type DeploymentRecord, type DeploymentStore, isTerminal } from "../core/deployment.ts";
import { asFailure, DeploymentFailure, endsCancelled } from "../core/failure.ts";
import type { LogStore } from "../core/log-stream.ts";
import type { Release } from "../core/release.ts";
import { applyOnMachine } from "./apply-on-machine.ts";
import { closeLog } from "./close-log.ts";
import { DeploymentRun } from "./deployment-run.ts";
import type { MachineBefore } from "./find-before.ts";
import { finishRun, succeed } from "./finish-run.ts";
import { listMachines, withState } from "./machine-states.ts";
import type { MachineSteps } from "./machine-steps.ts";
import type { ApplyInput } from "./plan-release.ts";

export interface GoBackPorts {
    readonly deployments: DeploymentStore;
    readonly logs: LogStore;
    readonly clock: Clock;
    readonly announce: (deployment: DeploymentRecord) => void;
}

export interface GoBackOptions {
    /** All machines of the stack, in the order in which they are deployed to. */
    readonly before: readonly MachineBefore[];
    readonly start: boolean;
    readonly rollbackOnFailure: boolean;
}

type EndError = Pick<DeploymentRecord, "error" | "errorCode">;

/** Ends a run whose applying or verifying failed: restores what ran before, where that is wanted and possible. */
export async function goBack(
    ports: GoBackPorts,
    run: DeploymentRun,
    failed: Release,
    { before, start, rollbackOnFailure }: GoBackOptions,
    failure: DeploymentFailure,
): Promise<void> {
    const error = { error: run.mask(failure.message), errorCode: failure.errorCode };
    const touched = touchedMachines(run.record, before);
    const restoration = { failed, touched, all: before, start };
    const previous = touched.find(({ release }) => release !== undefined)?.release;
    run.say(error.error);
    if (endsCancelled(failure)) {
        await restoreAfterCancel(ports, run, restoration, error);
    } else if (previous === undefined) {
        await stayDown(ports, run, touched, error);
    } else if (rollbackOnFailure) {
        await rollBack(ports, run, { ...restoration, previous }, error);
    } else {
        run.say("Automatic rollback is switched off for this stack: it is left as it is.");
        await finishRun(ports, run, "failed", error);
    }
}

/** Those that may run something of the failed release, the last one first. Rows of older versions name none. */
function touchedMachines({ machines }: DeploymentRecord, before: readonly MachineBefore[]): readonly MachineBefore[] {
    const waiting = new Set(machines.filter(({ state }) => state === "waiting").map(({ id }) => id));
    return before.filter(({ machine }) => !waiting.has(machine.id)).reverse();
}

async function stayDown(
    ports: GoBackPorts,
    run: DeploymentRun,
    touched: readonly MachineBefore[],
    error: EndError,
): Promise<void> {
    if (touched.some(({ isLost }) => isLost)) {
        run.say("The release that ran before is not kept any more: the stack is left as it is.");
    } else {
        await Promise.all(touched.map(({ machine }) => machine.stopStack(run)));
        run.say("There is no earlier release to go back to: the new containers were stopped.");
    }
    await finishRun(ports, run, "failed", error);
}

interface Restoration {
    readonly failed: Release;
    readonly touched: readonly MachineBefore[];
    readonly all: readonly MachineBefore[];
    readonly start: boolean;
}

async function restoreAfterCancel(
    ports: GoBackPorts,
    run: DeploymentRun,
    restoration: Restoration,
    error: EndError,
): Promise<void> {
    await enterRollingBack(run, error);
    const previous = restoration.touched.find(({ release }) => release !== undefined)?.release;
    try {
        if (previous !== undefined) {
            run.say(`Restoring the release of ${nameOf(previous)}`);
        }
        await restore(run, restoration, "restored");
    } catch (cause) {
        await endLoudly(ports, run, previous, asFailure(cause));
        return;
    }
    await finishRun(ports, run, "cancelled", error);
}

interface Rollback extends Restoration {
    readonly previous: Release;
}

/** The rollback is a deployment of its own, run inside the failed one's lease. */
async function rollBack(ports: GoBackPorts, run: DeploymentRun, rolling: Rollback, error: EndError): Promise<void> {
    const { previous } = rolling;
    await enterRollingBack(run, error);
    run.say(`Rolling back to ${nameOf(previous)}`);
    const rollback = (await ports.deployments.findRollbackOf(run.id)) ?? (await createRollback(ports, run, previous));
    const outcome = await runRollback(ports, run, rollback, rolling);
    if (outcome !== undefined) {
        await endLoudly(ports, run, previous, outcome);
        return;
    }
    const restored = new Set(rolling.touched.map(({ machine }) => machine.id));
    const machines = run.record.machines.map((one) =>
        restored.has(one.id) ? { ...one, state: "restored" as const } : one,
    );
    run.say(`Rolled back: the stack runs ${nameOf(previous)} again.`);
    await finishRun(ports, run, "rolled_back", { ...error, machines });
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
    rolling: Rollback,
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
        run.say(`Restoring the release of ${nameOf(rolling.previous)} after deployment ${failedRun.id} failed`);
        const running = rolling.all.filter(({ release }) => release !== undefined);
        await run.change({ machines: listMachines(run, running) });
        await restore(run, rolling, "done");
        await finishRun(ports, run, "successful", succeed(run, rolling.previous, rolling.start));
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

/** Every machine that was touched gets what it ran before, also when one of them fails. */
async function restore(
    run: DeploymentRun,
    { failed, touched, start }: Restoration,
    ended: MachineState,
): Promise<void> {
    const failures: DeploymentFailure[] = [];
    for (const { machine, release } of touched) {
        if (touched.length > 1 || machine.isRemote) {
            run.say(`On ${machine.name}:`);
        }
        try {
            await machine.waitForEngine(run);
            await (release === undefined
                ? machine.stopStack(run)
                : restoreOn(run, machine, { release, previous: failed, start }));
            await run.change({ machines: withState(run, machine.id, ended) });
        } catch (error) {
            failures.push(asFailure(error));
        }
    }
    const [first, ...others] = failures;
    if (first !== undefined) {
        const words = [first, ...others].map(({ message }) => message).join(" ");
        throw others.length === 0 ? first : new DeploymentFailure(first.errorCode, words, { cause: first });
    }
}

async function restoreOn(
    run: DeploymentRun,
    machine: MachineSteps,
    { release, previous, start }: Pick<ApplyInput, "release" | "start"> & { readonly previous: Release },
): Promise<void> {
    const { signal } = new AbortController();
    const input = {
        release: machine.releaseOn(release),
        previous: machine.releaseOn(previous),
        start,
        pull: "missing" as const,
        signal,
    };
    await applyOnMachine(machine, run, { input, enter: async () => undefined });
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
