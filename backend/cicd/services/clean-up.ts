import type { CleanUpReport } from "../../../common/schema/disk.ts";
import type { BuildConfigStore } from "../core/build-config.ts";
import type { Clock } from "../core/clock.ts";
import { awaitsApproval, type DeploymentRecord, type DeploymentStore } from "../core/deployment.ts";
import type { RepositoryStore } from "../core/git-repository.ts";
import type { DiskMeter } from "../core/disk-meter.ts";
import type { Engine } from "../core/engine.ts";
import type { Host } from "../core/host.ts";
import type { Machines } from "../core/machine.ts";
import { cleanImages, type CleanImagesPorts, type KeptImages, keptImages } from "./clean-images.ts";
import { cleanLogs, type CleanLogsPorts } from "./clean-logs.ts";
import { type CleanedMachines, createCleanedMachines } from "./cleaned-machines.ts";
import { cleanReleases, type CleanReleasesPorts } from "./clean-releases.ts";
import { cleanRuns, type CleanRunsPorts } from "./clean-runs.ts";
import { cleanReplaced, type CleanReplacedPorts } from "./clean-replaced.ts";
import { type CleanUpTally, createTally } from "./clean-up-tally.ts";
import { cleanWorkspaces, type CleanWorkspacesPorts } from "./clean-workspaces.ts";
import { readHistory } from "./stack-history.ts";

export interface CleanUpPorts
    extends
        CleanReleasesPorts,
        CleanImagesPorts,
        CleanReplacedPorts,
        CleanLogsPorts,
        CleanRunsPorts,
        CleanWorkspacesPorts {
    readonly deployments: DeploymentStore;
    readonly pipelines: CleanRunsPorts["pipelines"] & CleanWorkspacesPorts["pipelines"];
    readonly meter: DiskMeter;
    readonly releases: CleanReleasesPorts["releases"];
    readonly files: CleanReplacedPorts["files"];
    readonly repositories: Pick<RepositoryStore, "findByStack">;
    readonly buildConfigs: Pick<BuildConfigStore, "findByStack">;
    readonly stackMachines: Pick<Machines, "find">;
    readonly engine: Pick<Engine, "boundBuildCache">;
    readonly host: Pick<Host, "lock" | "listStacks">;
    readonly clock: Clock;
    /** The bound of the build cache; without one it is left alone, because it is not ours only. */
    readonly buildCacheLimitBytes?: number | undefined;
}

/** What holds where a stack's build configuration is gone. */
const defaultKeep = 5;
/** How the lock's holder is called to those who are refused. */
const what = "cleaning up";
const patienceMilliseconds = 10_000;

interface Run {
    readonly tally: CleanUpTally;
    readonly signal: AbortSignal;
    readonly machines: CleanedMachines;
    readonly histories: ReadonlyMap<string, readonly DeploymentRecord[]>;
    readonly kept: ReadonlyMap<string, KeptImages>;
}

/**
 * Removes what deployments have left and nothing needs any more, and tells what and why not. A part that fails is told,
 * and the others are done all the same. A stack that is being deployed is left to the next run.
 */
export async function cleanUp(
    ports: CleanUpPorts,
    { by, signal }: { readonly by: string | undefined; readonly signal: AbortSignal },
): Promise<CleanUpReport> {
    const tally = createTally(ports.clock.now(), by);
    const run = await beginRun(ports, tally, signal);
    for (const stack of run.histories.keys()) {
        signal.throwIfAborted();
        await cleanStack(ports, run, stack);
    }
    await tally.trying({ part: "logs", name: "logs" }, () => cleanLogs(ports, tally, run.histories, signal));
    await tally.trying({ part: "artifacts", name: "pipelines" }, () => cleanRuns(ports, tally, signal));
    await tally.trying({ part: "workspaces", name: "workspaces" }, () => cleanWorkspaces(ports, tally, signal));
    await tally.trying({ part: "build_cache", name: "build cache" }, () => boundCache(ports, tally));
    return tally.report(ports.clock.now());
}

async function beginRun(ports: CleanUpPorts, tally: CleanUpTally, signal: AbortSignal): Promise<Run> {
    const histories = new Map<string, readonly DeploymentRecord[]>();
    const kept = new Map<string, KeptImages>();
    for (const stack of (await ports.deployments.latest()).keys()) {
        signal.throwIfAborted();
        const rows = await readHistory(ports.deployments, stack);
        histories.set(stack, rows);
        kept.set(stack, await keptImages(ports, stack, rows, await goodOnes(ports, stack)));
    }
    return { tally, signal, machines: createCleanedMachines(ports, tally), histories, kept };
}

/** How many of the last good deployments of a stack must stay; none of one that was deleted. */
export async function goodOnes(
    ports: Pick<CleanUpPorts, "buildConfigs" | "repositories"> & {
        readonly releases: Pick<CleanUpPorts["releases"], "list">;
        readonly host: Pick<Host, "listStacks">;
    },
    stack: string,
): Promise<number> {
    const config = await ports.buildConfigs.findByStack(stack);
    const isThere =
        config !== undefined ||
        (await ports.releases.list(stack)).length > 0 ||
        (await ports.repositories.findByStack(stack)) !== undefined ||
        (await ports.host.listStacks()).some(({ name }) => name === stack);
    return isThere ? (config?.keepReleases ?? defaultKeep) : 0;
}

async function cleanStack(ports: CleanUpPorts, run: Run, stack: string): Promise<void> {
    const { tally } = run;
    const lock = await takeLock(ports, run, stack);
    if ("heldBy" in lock) {
        tally.left({ part: "releases", name: stack, stack, reason: `${lock.heldBy} is under way` });
        return;
    }
    try {
        await tally.trying({ part: "releases", name: stack, stack }, () => cleanLocked(ports, run, stack));
    } finally {
        lock.release();
    }
}

/** A deployment that has just ended, or a button, gives it back soon: that is waited for. */
async function takeLock({ deployments, host }: CleanUpPorts, { signal }: Run, stack: string) {
    const lock = host.lock.tryAcquire(stack, what);
    const active = await deployments.listActive(stack);
    if ("release" in lock || !active.every(awaitsApproval)) {
        return lock;
    }
    const soon = AbortSignal.any([signal, AbortSignal.timeout(patienceMilliseconds)]);
    return host.lock.acquire(stack, what, soon).catch(() => lock);
}

async function cleanLocked(ports: CleanUpPorts, run: Run, stack: string): Promise<void> {
    const { tally, signal } = run;
    const config = await ports.buildConfigs.findByStack(stack);
    const rows = await readHistory(ports.deployments, stack);
    const keep = await goodOnes(ports, stack);
    const { machines, isWhole } = await run.machines.of(stack, config, rows);
    if (config !== undefined && isWhole) {
        await tally.trying({ part: "releases", name: stack, stack }, () =>
            cleanReleases(ports, tally, { stack, keep, machines, signal }),
        );
    }
    const elsewhere = joined([...run.kept].filter(([other]) => other !== stack).map(([, images]) => images));
    await cleanImages(ports, tally, { stack, rows, keep, elsewhere, machines, signal });
    await tally.trying({ part: "replaced", name: stack, stack }, () =>
        cleanReplaced(ports, tally, { stack, rows, keep: Math.max(keep, defaultKeep), signal }),
    );
}

function joined(all: readonly KeptImages[]): KeptImages {
    return {
        names: new Set(all.flatMap(({ names }) => [...names])),
        ids: new Set(all.flatMap(({ ids }) => [...ids])),
    };
}

async function boundCache({ engine, buildCacheLimitBytes }: CleanUpPorts, tally: CleanUpTally): Promise<void> {
    if (buildCacheLimitBytes === undefined) {
        return;
    }
    const bytes = await engine.boundBuildCache(buildCacheLimitBytes);
    if (bytes > 0) {
        tally.removed({ part: "build_cache", name: "what was not used for a day", bytes });
    }
}
