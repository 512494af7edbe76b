import type { MachineState } from "../../../common/schema/deployment.ts";
import type { Clock } from "../core/clock.ts";
import { type DeploymentRecord, type DeploymentStore, isTerminal } from "../core/deployment.ts";
import { asFailure, DeploymentFailure, endsCancelled, sentence } from "../core/failure.ts";
import type { LogStore } from "../core/log-stream.ts";
import type { Release } from "../core/release.ts";
import { applyOnMachine } from "./apply-on-machine.ts";
import { closeLog } from "./close-log.ts";
import type { Connection } from "./connection.ts";
import { DeploymentRun } from "./deployment-run.ts";
import type { MachineBefore } from "./find-before.ts";
import { finishRun, succeed } from "./finish-run.ts";
import { listRestored, withState } from "./machine-states.ts";
import type { MachineSteps } from "./machine-steps.ts";
import type { ApplyInput } from "./plan-release.ts";

export interface GoBackPorts {
    readonly deployments: DeploymentStore;
    readonly logs: LogStore;
    readonly clock: Clock;
    readonly announce: (deployment: DeploymentRecord) => void;
    /** The release with all its images: one that is nowhere any more is built again from the commit. */
    readonly rebuildMissing: (run: DeploymentRun, release: Release, connection: Connection) => Promise<Release>;
}

export interface GoBackOptions {
    readonly connection: Connection;
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
    { before, start, rollbackOnFailure, connection }: GoBackOptions,
    failure: DeploymentFailure,
): Promise<void> {
    const error = { error: run.mask(failure.message), errorCode: failure.errorCode };
    const touched = touchedMachines(run.record, before);
    const restoration = { failed, touched, all: before, start, connection };
    const hasEarlier = touched.some(({ release }) => release !== undefined);
    const previous = hasEarlier ? earlierOf(before) : undefined;
    run.say(error.error);
    if (endsCancelled(failure)) {
        await restoreAfterCancel(ports, run, { ...restoration, previous }, error);
    } else if (previous === undefined) {
        await stayDown(ports, run, touched, error);
    } else if (rollbackOnFailure) {
        await rollBack(ports, run, { ...restoration, previous }, error);
    } else {
        run.say("Automatic rollback is switched off for this stack: it is left as it is.");
        await finishRun(ports, run, "failed", error);
    }
}

/** What the stack ran: a release from git before what ran on some machine without it. */
function earlierOf(before: readonly MachineBefore[]): Release | undefined {
    const releases = before.flatMap(({ release }) => release ?? []);
    return releases.find(({ initial }) => !initial) ?? releases[0];
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
        const ends = await Promise.all(touched.map((one) => stopOn(run, one)));
        const what = ends.every(Boolean) ? "the new containers were stopped" : "the stack is left as it is there";
        run.say(`There is no earlier release to go back to: ${what}.`);
    }
    await finishRun(ports, run, "failed", error);
}

/** False where it could not be done, such as on a machine that has gone: why the run failed is told all the same. */
async function stopOn(run: DeploymentRun, { machine }: MachineBefore): Promise<boolean> {
    try {
        await machine.stopStack(run);
        return true;
    } catch (error) {
        run.say(`${sentence(asFailure(error).message)} The new containers on ${machine.name} may run on.`);
        return false;
    }
}

interface Restoration {
    readonly failed: Release;
    readonly touched: readonly MachineBefore[];
    readonly all: readonly MachineBefore[];
    readonly start: boolean;
    readonly connection: Connection;
}

async function restoreAfterCancel(
    ports: GoBackPorts,
    run: DeploymentRun,
    restoration: Restoration & { readonly previous: Release | undefined },
    error: EndError,
): Promise<void> {
    await enterRollingBack(run, error);
    const { previous } = restoration;
    try {
        if (previous !== undefined) {
            run.say(`Restoring the release of ${nameOf(previous)}`);
        }
        await restore(ports, run, restoration, "restored");
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
        } else {
            await endOrphans(run, rolling.all);
        }
        run.say(`Restoring the release of ${nameOf(rolling.previous)} after deployment ${failedRun.id} failed`);
        await run.change({ machines: listRestored(run, rolling.all, rolling.previous) });
        await restore(ports, run, rolling, "done");
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

/** What a rollback had begun when the server died; commands on machines go on by themselves. */
async function endOrphans(run: DeploymentRun, all: readonly MachineBefore[]): Promise<void> {
    for (const { machine } of all) {
        await machine.waitForEngine(run);
        await machine.endOrphans(run);
    }
}

function endOf(rollback: DeploymentRecord): DeploymentFailure {
    return new DeploymentFailure(rollback.errorCode ?? "apply_failed", rollback.error ?? "It could not be applied.");
}

/** Every machine that was touched gets what it ran before, also when one of them fails. */
async function restore(
    ports: GoBackPorts,
    run: DeploymentRun,
    { failed, touched, start, connection }: Restoration,
    ended: MachineState,
): Promise<void> {
    const failures: DeploymentFailure[] = [];
    const whole = (release: Release): Promise<Release> => ports.rebuildMissing(run, release, connection);
    for (const { machine, release } of touched) {
        if (touched.length > 1 || machine.isRemote) {
            run.say(`On ${machine.name}:`);
        }
        try {
            await machine.waitForEngine(run);
            await (release === undefined
                ? machine.stopStack(run)
                : restoreOn(run, machine, { release: await whole(release), previous: failed, start }));
            await run.change({ machines: withState(run, machine.id, ended) });
        } catch (error) {
            failures.push(asFailure(error));
        }
    }
    const [first, ...others] = failures;
    if (first !== undefined) {
        const words = [first, ...others].map(({ message }) => sentence(message)).join(" ");
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
        `The rollback to ${target} failed too: ${sentence(run.mask(failure.message))}`,
        'Nothing more is tried by itself. Look at the containers with "docker compose ps" in the stack\'s folder,',
        "mend the cause, then press Roll back on a good deployment, or Redeploy.",
    ].join(" ");
    run.say(error.trim());
    await finishRun(ports, run, "failed", { error: error.trim(), errorCode: "rollback_failed" });
}

function nameOf(release: Release): string {
    return release.initial ? "what ran before the repository was connected" : release.commitSha.slice(0, 7);
}
