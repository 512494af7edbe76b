import type { DeploymentRecord } from "../core/deployment.ts";
import { asFailure, DeploymentFailure, endsCancelled } from "../core/failure.ts";
import { type Release, releaseId, type ReleaseStore } from "../core/release.ts";
import type { StackStateStore } from "../core/stack-state.ts";
import type { Connection } from "./deploy.ts";
import type { DeploymentRun } from "./deployment-run.ts";
import { finishRun, succeed } from "./finish-run.ts";
import { type Before, goBack, type GoBackPorts } from "./go-back.ts";
import type { ApplyInput } from "./plan-release.ts";

export interface PutLivePorts extends GoBackPorts {
    readonly releases: ReleaseStore;
    readonly stackStates: StackStateStore;
    readonly onError: (error: unknown) => void;
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
        const before = await findBefore(ports, run, release, connection);
        const restoring = before.release?.deploymentId === release.deploymentId;
        const start = await mayStart(ports, run, restoring);
        const back = { before, start, rollbackOnFailure: connection.config.rollbackOnFailure };
        if (run.record.phase === "rolling_back") {
            // What was begun is finished, whatever the configuration says by now.
            const goOn = { ...back, rollbackOnFailure: true };
            await goBack(ports, run, await asApplied(ports, release), goOn, savedFailure(run.record));
            return;
        }
        try {
            await goLive(ports, run, {
                release,
                previous: before.release,
                start,
                pull: pullFor(connection, restoring),
                signal: run.signal,
            });
        } catch (error) {
            const failure = asFailure(error);
            if (failure.errorCode === "interrupted" || !mayHaveTouched(run.record)) {
                throw failure;
            }
            if (restoring) {
                await endRestore(ports, run, failure);
                return;
            }
            await goBack(ports, run, await asApplied(ports, release), back, failure);
            return;
        }
        await ports.prune(run.stack, connection.config.keepReleases).catch(ports.onError);
    };
}

/** Whether anything of the stack may have changed already. */
function mayHaveTouched({ status, phase }: DeploymentRecord): boolean {
    return status === "deploying" && phase !== "previewing";
}

/** The release with what planning noted of it, such as its services' hashes. */
async function asApplied(ports: PutLivePorts, release: Release): Promise<Release> {
    return (await ports.releases.find(release.deploymentId)) ?? release;
}

async function goLive(ports: PutLivePorts, run: DeploymentRun, input: ApplyInput): Promise<void> {
    if (run.record.status === "building") {
        await run.become("deploying", "previewing");
    }
    const plan = await ports.plan(run, input);
    run.checkSignal();
    await run.enter("applying");
    await ports.apply(run, input, plan);
    run.checkSignal();
    if (input.start) {
        await run.enter("verifying");
        await ports.verify(run, plan, run.signal);
        run.checkSignal();
    }
    await finishRun(ports, run, "successful", succeed(run, plan.release, input.start));
}

/** A stack that a user stopped stays stopped: pushes and polls prepare the release, but do not start it. */
async function mayStart(ports: PutLivePorts, run: DeploymentRun, restoring: boolean): Promise<boolean> {
    if (!(await ports.stackStates.isStopped(run.stack))) {
        return true;
    }
    if (restoring) {
        run.say("The stack was stopped by a user: its files are restored, its containers are left as they are.");
        return false;
    }
    if (run.record.triggeredBy === "webhook" || run.record.triggeredBy === "scheduled") {
        run.say("The stack was stopped by a user: this release is prepared, but not started.");
        return false;
    }
    await ports.stackStates.setStopped(run.stack, false);
    return true;
}

/** What is live is put back as it was: a newer image of the same name is for the next deployment. */
function pullFor({ config }: Connection, restoring: boolean): ApplyInput["pull"] {
    return restoring && config.pullPolicy === "always" ? "missing" : config.pullPolicy;
}

/** What failed is the very release that there is to go back to. */
async function endRestore(ports: PutLivePorts, run: DeploymentRun, failure: DeploymentFailure): Promise<void> {
    const error = run.mask(failure.message);
    run.say(error);
    run.say("This is the release that is live: there is nothing to go back to, and the stack is left as it is.");
    const status = endsCancelled(failure) ? "cancelled" : "failed";
    await finishRun(ports, run, status, { error, errorCode: failure.errorCode });
}

/** What ran before: the release of the live deployment, or a snapshot of what the folder runs without one. */
async function findBefore(
    ports: PutLivePorts,
    run: DeploymentRun,
    release: Release,
    connection: Connection,
): Promise<Before> {
    const live = await ports.deployments.findLive(run.stack);
    const kept = live && (await ports.releases.find(releaseId(live)));
    if (kept !== undefined) {
        return { release: kept, isLost: false };
    }
    // Once applying has begun, what runs may be half of this very release: nothing to go back to.
    const snapshot = mayHaveTouched(run.record) ? undefined : await ports.snapshot(run, release, connection);
    return { release: snapshot, isLost: live !== undefined && snapshot === undefined };
}

function savedFailure(record: DeploymentRecord): DeploymentFailure {
    return new DeploymentFailure(record.errorCode ?? "apply_failed", record.error ?? "Applying failed.");
}
