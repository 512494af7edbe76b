import type { Preview } from "../../../common/schema/preview.ts";
import type { Clock } from "../core/clock.ts";
import type { DeploymentRecord, DeploymentStore } from "../core/deployment.ts";
import { asFailure, DeploymentFailure, endsCancelled } from "../core/failure.ts";
import type { Host } from "../core/host.ts";
import type { LogStore } from "../core/log-stream.ts";
import { createMasker } from "../core/mask.ts";
import { type Release, releaseId, type ReleaseStore } from "../core/release.ts";
import type { TargetHost } from "../core/target-host.ts";
import { askForApproval, isOvertaken, needsApproval } from "./ask-for-approval.ts";
import { closeLog } from "./close-log.ts";
import { type Connection, type ConnectionPorts, findConnection, secretsOf, secretValues } from "./connection.ts";
import { DeploymentRun } from "./deployment-run.ts";
import { openLog } from "./open-log.ts";

export interface DeployPorts extends ConnectionPorts {
    readonly deployments: DeploymentStore;
    readonly releases: ReleaseStore;
    readonly logs: LogStore;
    readonly target: TargetHost;
    readonly host: Pick<Host, "lock">;
    readonly clock: Clock;
    readonly announce: (deployment: DeploymentRecord) => void;
    readonly onError: (error: unknown) => void;
    /** Fetches, checks, builds and writes down the release; nothing of the stack is touched. */
    readonly buildRelease: (run: DeploymentRun, connection: Connection) => Promise<Release>;
    /** Applies and verifies; restores the old release where that fails. Ends the run's row. */
    readonly putLive: (run: DeploymentRun, release: Release, connection: Connection) => Promise<void>;
    /** A release that is restored, with the images that are gone built again from its commit. */
    readonly rebuildMissing: (run: DeploymentRun, release: Release, connection: Connection) => Promise<Release>;
    /** What putting the release live would change. Touches nothing. */
    readonly previewRelease: (run: DeploymentRun, release: Release, connection: Connection) => Promise<Preview>;
    /** Removes what the run left in its workspace. */
    readonly cleanUp: (deploymentId: string, connection: Connection) => Promise<void>;
}

/**
 * Runs one deployment to its end, whatever it was doing before: a new one from the start, one that built before a crash
 * again from the fetch, one that was applying on from its release, one that was approved from the release that was
 * built. One that needs approval is built and then left, to be taken again once somebody approves it. A run that is
 * interrupted by a shutdown keeps its status and goes on at the next start. Throws only where its end cannot be written down.
 */
export function createDeploy(ports: DeployPorts) {
    return async function deploy(record: DeploymentRecord, signal: AbortSignal): Promise<void> {
        const log = await openLog(ports, record.id);
        let mask = (text: string): string => text;
        const run = new DeploymentRun(ports, { record, log, signal, mask: (text) => mask(text) });
        try {
            const connection = await findConnection(ports, record.stackId);
            const masker = createMasker([...secretsOf(connection), ...(await releaseSecrets(ports, record))]);
            mask = (text) => masker.mask(text);
            await runLocked(ports, run, connection);
        } catch (error) {
            await end(ports, run, error);
        } finally {
            await closeLog(ports, run).catch(ports.onError);
        }
    };
}

async function runLocked(ports: DeployPorts, run: DeploymentRun, connection: Connection | undefined): Promise<void> {
    const lock = await ports.host.lock.acquire(run.stack, `deployment ${run.id}`, lockSignal(run));
    try {
        await continueAfterCrash(ports, run);
        if (connection === undefined) {
            throw new DeploymentFailure("interrupted", "The stack's repository was disconnected meanwhile.");
        }
        const release = await obtainRelease(ports, run, connection).finally(() => tidyUp(ports, run, connection));
        if (needsApproval(run.record, connection.config)) {
            const preview = await ports.previewRelease(run, release, connection);
            await askForApproval(ports, run, release, preview);
            return;
        }
        await ports.putLive(run, release, connection);
    } finally {
        lock.release();
    }
}

/** Commands may leave a group of processes behind that has left their own; it would go on in the workspace. */
async function tidyUp(ports: DeployPorts, run: DeploymentRun, connection: Connection): Promise<void> {
    try {
        const ended = await ports.target.endOrphans(run.id);
        if (ended > 0) {
            run.say(`Ended ${ended} process(es) that the build had left running.`);
        }
    } catch (error) {
        ports.onError(error);
    }
    await ports.cleanUp(run.id, connection).catch(ports.onError);
}

/** One that was applying has to come to its end, also when it is cancelled: the old release is restored then. */
function lockSignal(run: DeploymentRun): AbortSignal {
    return run.record.status === "deploying" ? new AbortController().signal : run.signal;
}

async function continueAfterCrash(ports: DeployPorts, run: DeploymentRun): Promise<void> {
    if (run.record.startedAt === undefined) {
        return;
    }
    if (run.record.phase === "approval") {
        run.say(`Approved by ${run.record.approvedBy ?? "somebody"}: going on.`);
        return;
    }
    const ended = await ports.target.endOrphans(run.id);
    run.say(`The server was restarted while this deployment ran (${run.record.phase}); going on.`);
    if (ended > 0) {
        run.say(`Ended ${ended} process(es) that were left over.`);
    }
}

async function obtainRelease(ports: DeployPorts, run: DeploymentRun, connection: Connection): Promise<Release> {
    const { status, phase, note, previousDeploymentId: restored } = run.record;
    if (status === "pending" && note !== undefined) {
        run.say(note);
    }
    if (status === "deploying" || restored !== undefined) {
        const found = await findRelease(ports, restored ?? run.id);
        // What was begun comes to its end, or is taken back, by applying it: nothing may end the run before.
        const isWhole = restored === undefined || (status === "deploying" && phase !== "previewing");
        const release = isWhole ? found : await ports.rebuildMissing(run, found, connection);
        return goDeploying(ports, run, release);
    }
    if (phase === "approval") {
        await run.change({ note: undefined });
        if (!(await isOvertaken(ports, run.record))) {
            // It may have waited for days, while images that nobody used were pruned.
            const built = await ports.rebuildMissing(run, await findRelease(ports, run.id), connection);
            return goDeploying(ports, run, built);
        }
        run.say("Another commit went live meanwhile: the pushed images are deployed with that one.");
        await run.enter("fetching");
    }
    if (status === "pending") {
        await run.become("building", "fetching", { startedAt: ports.clock.now().toISOString() });
    }
    return ports.buildRelease(run, connection);
}

async function findRelease(ports: DeployPorts, id: string): Promise<Release> {
    const release = await ports.releases.find(id);
    if (release === undefined) {
        throw new DeploymentFailure(
            "release_missing",
            `The release of deployment ${id} is not kept any more. Deploy its commit again instead.`,
        );
    }
    return release;
}

async function goDeploying(ports: DeployPorts, run: DeploymentRun, release: Release): Promise<Release> {
    if (run.record.status !== "deploying") {
        const startedAt = run.record.startedAt ?? ports.clock.now().toISOString();
        await run.become("deploying", "previewing", { startedAt });
    }
    return release;
}

/** Writes the end of a run that failed before or outside of applying. */
async function end(ports: DeployPorts, run: DeploymentRun, error: unknown): Promise<void> {
    const failure = asFailure(error);
    const disconnected = failure.errorCode === "interrupted" && !run.signal.aborted;
    if (failure.errorCode === "interrupted" && !disconnected) {
        return;
    }
    if (failure.errorCode === "internal") {
        ports.onError(failure.cause ?? failure);
    }
    const message = run.mask(failure.message);
    run.say(message);
    const status = endsCancelled(failure) ? "cancelled" : "failed";
    try {
        await run.become(status, "done", {
            error: message,
            errorCode: failure.errorCode,
            completedAt: ports.clock.now().toISOString(),
        });
    } catch (lost) {
        // Ended elsewhere, such as superseded at the moment of its claim: what stands there is true.
        if (!(lost instanceof DeploymentFailure)) {
            throw lost;
        }
    }
}

/** What this run replaces, restores or goes on with may hold secrets that have been changed since. */
async function releaseSecrets(ports: DeployPorts, record: DeploymentRecord): Promise<readonly string[]> {
    const live = await ports.deployments.findLive(record.stackId);
    const ids = new Set([releaseId(record), record.id, ...(live === undefined ? [] : [releaseId(live)])]);
    const releases = await Promise.all([...ids].map((id) => ports.releases.find(id)));
    return releases.flatMap((release) => secretValues(release?.variables ?? []));
}
