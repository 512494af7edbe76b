import type { Clock } from "../core/clock.ts";
import type { DeploymentRecord, DeploymentStore } from "../core/deployment.ts";
import { asFailure, DeploymentFailure } from "../core/failure.ts";
import type { LogStore } from "../core/log-stream.ts";
import type { Release, ReleaseStore } from "../core/release.ts";
import type { StackStateStore } from "../core/stack-state.ts";
import type { ApplyInput, Plan } from "./plan-release.ts";
import { closeLog } from "./close-log.ts";
import type { Connection } from "./deploy.ts";
import { DeploymentRun } from "./deployment-run.ts";

export interface PutLivePorts {
    readonly deployments: DeploymentStore;
    readonly releases: ReleaseStore;
    readonly logs: LogStore;
    readonly stackStates: StackStateStore;
    readonly clock: Clock;
    readonly announce: (deployment: DeploymentRecord) => void;
    readonly onError: (error: unknown) => void;
    /** What applying would change; throws where it cannot be done. Touches nothing. */
    readonly plan: (run: DeploymentRun, input: ApplyInput) => Promise<Plan>;
    readonly apply: (run: DeploymentRun, input: ApplyInput, plan: Plan) => Promise<void>;
    readonly verify: (run: DeploymentRun, plan: Plan, signal: AbortSignal) => Promise<void>;
    /** Stops the containers of a stack that has nothing to go back to. */
    readonly stopStack: (run: DeploymentRun) => Promise<void>;
    /** What ran before the first deployment, as release 0; undefined where nothing did. */
    readonly snapshot: (run: DeploymentRun, release: Release, connection: Connection) => Promise<Release | undefined>;
    /** Removes releases and images beyond those to keep. */
    readonly prune: (stack: string, keep: number) => Promise<void>;
}

/**
 * Makes a release what the stack runs, and ends the run's row: `successful`; or the old release again, and
 * `rolled_back`, `cancelled` or `failed`. Goes on where a crash left off.
 */
export function createPutLive(ports: PutLivePorts) {
    return async function putLive(run: DeploymentRun, release: Release, connection: Connection): Promise<void> {
        const previous = await findPrevious(ports, run, release, connection);
        if (run.record.phase === "rolling_back") {
            await goBack(ports, run, await asApplied(ports, release), previous, connection, savedFailure(run.record));
            return;
        }
        try {
            await goLive(ports, run, release, previous, connection.config.pullPolicy);
        } catch (error) {
            const failure = asFailure(error);
            if (failure.errorCode === "interrupted" || run.record.phase === "previewing") {
                throw failure;
            }
            await goBack(ports, run, await asApplied(ports, release), previous, connection, failure);
            return;
        }
        await ports.prune(run.stack, connection.config.keepReleases);
    };
}

/** The release with what planning noted of it, such as its services' hashes. */
async function asApplied(ports: PutLivePorts, release: Release): Promise<Release> {
    return (await ports.releases.find(release.deploymentId)) ?? release;
}

async function goLive(
    ports: PutLivePorts,
    run: DeploymentRun,
    release: Release,
    previous: Release | undefined,
    pull: ApplyInput["pull"],
): Promise<void> {
    const start = await mayStart(ports, run);
    if (run.record.status === "building") {
        await run.become("deploying", "previewing");
    }
    const input = { release, previous, start, pull, signal: run.signal };
    const plan = await ports.plan(run, input);
    run.checkSignal();
    await run.enter("applying");
    await ports.apply(run, input, plan);
    run.checkSignal();
    if (start) {
        await run.enter("verifying");
        await ports.verify(run, plan, run.signal);
        run.checkSignal();
    }
    await succeed(ports, run, plan.release, start);
}

/** A stack that a user stopped stays stopped: pushes and polls prepare the release, but do not start it. */
async function mayStart(ports: PutLivePorts, run: DeploymentRun): Promise<boolean> {
    if (!(await ports.stackStates.isStopped(run.stack))) {
        return true;
    }
    if (run.record.triggeredBy === "webhook" || run.record.triggeredBy === "scheduled") {
        run.say("The stack was stopped by a user: this release is prepared, but not started.");
        return false;
    }
    await ports.stackStates.setStopped(run.stack, false);
    return true;
}

async function succeed(ports: PutLivePorts, run: DeploymentRun, release: Release, started: boolean): Promise<void> {
    run.say(started ? "Deployed: every service runs this release." : "Built, not started: the stack is stopped.");
    await finish(ports, run, "successful", {
        images: release.images,
        note: started ? undefined : "Built, not started: the stack is stopped. Start it to run this release.",
    });
}

async function goBack(
    ports: PutLivePorts,
    run: DeploymentRun,
    failed: Release,
    previous: Release | undefined,
    connection: Connection,
    failure: DeploymentFailure,
): Promise<void> {
    const error = { error: run.mask(failure.message), errorCode: failure.errorCode };
    run.say(error.error);
    if (failure.errorCode === "cancelled") {
        await restoreAfterCancel(ports, run, failed, previous, error);
        return;
    }
    if (previous === undefined) {
        await ports.stopStack(run);
        run.say("There is no earlier release to go back to: the new containers were stopped.");
        await finish(ports, run, "failed", error);
        return;
    }
    if (!connection.config.rollbackOnFailure) {
        run.say("Automatic rollback is switched off for this stack: it is left as it is.");
        await finish(ports, run, "failed", error);
        return;
    }
    await rollBack(ports, run, failed, previous, error);
}

type EndError = Pick<DeploymentRecord, "error" | "errorCode">;

async function restoreAfterCancel(
    ports: PutLivePorts,
    run: DeploymentRun,
    failed: Release,
    previous: Release | undefined,
    error: EndError,
): Promise<void> {
    await enterRollingBack(run, error);
    try {
        if (previous === undefined) {
            await ports.stopStack(run);
        } else {
            run.say(`Restoring the release of ${shortCommit(previous)}`);
            await restore(ports, run, previous, failed);
        }
    } catch (cause) {
        await endLoudly(ports, run, previous, asFailure(cause));
        return;
    }
    await finish(ports, run, "cancelled", error);
}

/** The rollback is a deployment of its own, run inside the failed one's lease. */
async function rollBack(
    ports: PutLivePorts,
    run: DeploymentRun,
    failed: Release,
    previous: Release,
    error: EndError,
): Promise<void> {
    await enterRollingBack(run, error);
    run.say(`Rolling back to ${shortCommit(previous)}`);
    const rollback = (await ports.deployments.findRollbackOf(run.id)) ?? (await createRollback(ports, run, previous));
    const outcome = await runRollback(ports, run, rollback, previous, failed);
    if (outcome !== undefined) {
        await endLoudly(ports, run, previous, outcome);
        return;
    }
    run.say(`Rolled back: the stack runs ${shortCommit(previous)} again.`);
    await finish(ports, run, "rolled_back", error);
}

async function enterRollingBack(run: DeploymentRun, error: EndError): Promise<void> {
    await run.change(error);
    await run.enter("rolling_back");
}

async function createRollback(
    ports: PutLivePorts,
    run: DeploymentRun,
    previous: Release,
): Promise<DeploymentRecord> {
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

/** Undefined when it went well, else why not. */
async function runRollback(
    ports: PutLivePorts,
    failedRun: DeploymentRun,
    rollback: DeploymentRecord,
    previous: Release,
    failed: Release,
): Promise<DeploymentFailure | undefined> {
    if (rollback.status === "successful") {
        return undefined;
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
        run.say(`Restoring the release of ${shortCommit(previous)} after deployment ${failedRun.id} failed`);
        await restore(ports, run, previous, failed);
        await succeed(ports, run, previous, true);
        return undefined;
    } catch (error) {
        const failure = asFailure(error);
        run.say(failure.message);
        await finish(ports, run, "failed", { error: run.mask(failure.message), errorCode: failure.errorCode });
        return failure;
    } finally {
        await closeLog(ports, run);
    }
}

async function restore(
    ports: PutLivePorts,
    run: DeploymentRun,
    previous: Release,
    failed: Release,
): Promise<void> {
    const { signal } = new AbortController();
    const input = { release: previous, previous: failed, start: true, pull: "missing" as const, signal };
    const plan = await ports.plan(run, input);
    await ports.apply(run, input, plan);
    await ports.verify(run, plan, signal);
}

async function endLoudly(
    ports: PutLivePorts,
    run: DeploymentRun,
    previous: Release | undefined,
    failure: DeploymentFailure,
): Promise<void> {
    const error =
        `${run.record.error ?? ""} The rollback to ${previous === undefined ? "nothing" : shortCommit(previous)} failed too: ` +
        `${run.mask(failure.message)} Nothing more is tried by itself. Look at the containers with "docker compose ps" in the ` +
        `stack's folder, mend the cause, then press Roll back on a good deployment, or Redeploy.`;
    run.say(error);
    await finish(ports, run, "failed", { error: error.trim(), errorCode: "rollback_failed" });
}

async function finish(
    ports: PutLivePorts,
    run: DeploymentRun,
    status: "successful" | "failed" | "rolled_back" | "cancelled",
    change: Partial<Pick<DeploymentRecord, "error" | "errorCode" | "images" | "note">>,
): Promise<void> {
    await run.become(status, "done", { ...change, completedAt: ports.clock.now().toISOString() });
}

/** What ran before: the release of the live deployment, or a snapshot of what the folder runs without one. */
async function findPrevious(
    ports: PutLivePorts,
    run: DeploymentRun,
    release: Release,
    connection: Connection,
): Promise<Release | undefined> {
    const live = await ports.deployments.findLive(run.stack);
    if (live !== undefined) {
        return ports.releases.find(releaseId(live));
    }
    return ports.snapshot(run, release, connection);
}

/** The deployment whose release a row runs: its own, or for a rollback the restored one's. */
export function releaseId(record: Pick<DeploymentRecord, "id" | "previousDeploymentId">): string {
    return record.previousDeploymentId ?? record.id;
}

function savedFailure(record: DeploymentRecord): DeploymentFailure {
    return new DeploymentFailure(record.errorCode ?? "apply_failed", record.error ?? "Applying failed.");
}

function shortCommit(release: Release): string {
    return release.initial ? "what ran before the repository was connected" : release.commitSha.slice(0, 7);
}
