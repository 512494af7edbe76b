import type { Clock } from "../core/clock.ts";
import type { DiskEntry, DiskMeter } from "../core/disk-meter.ts";
import type { Files } from "../core/files.ts";
import type { LogStore } from "../core/log-stream.ts";
import { type LogRules, logsToRemove } from "../core/log-retention.ts";
import { hasEnded, type KeptRun, type PipelineStore } from "../core/pipeline-run.ts";
import type { CleanUpTally } from "./clean-up-tally.ts";
import type { JobFiles } from "./pipelines/job-files.ts";

export interface CleanRunsPorts {
    readonly pipelines: Pick<PipelineStore, "listKept" | "listExpired" | "updateJob" | "prune">;
    readonly jobFiles: Pick<JobFiles, "remove">;
    readonly jobLogs: Pick<LogStore, "remove">;
    readonly meter: Pick<DiskMeter, "entries">;
    readonly files: Pick<Files, "remove">;
    readonly clock: Clock;
    readonly artifactsDirectory: string;
    readonly jobLogsDirectory: string;
    readonly logRules?: LogRules | undefined;
}

/** Of every stack, whatever its runs were for. */
const keptRuns = 200;
const archiveSuffix = ".tar.gz";
const logSuffix = ".jsonl";
/** Longer than any archive takes to be packed. */
const dayMilliseconds = 24 * 3600_000;

/**
 * Removes runs of pipelines beyond the newest of their stack, artifacts past their time, old logs of jobs, and files
 * whose run is gone. What has not ended keeps all of its own.
 */
export async function cleanRuns(ports: CleanRunsPorts, tally: CleanUpTally, signal: AbortSignal): Promise<void> {
    // Looked at before the rows are: what comes meanwhile is in neither.
    const archives = await filesOf(ports, ports.artifactsDirectory, archiveSuffix);
    const logs = await filesOf(ports, ports.jobLogsDirectory, logSuffix);
    await pruneStacks(ports, signal);
    await expireArtifacts(ports, signal);
    const runs = await ports.pipelines.listKept();
    await removeArchives(ports, tally, { archives, runs, signal });
    await removeHalfPacked(ports, tally);
    await removeLogs(ports, tally, { logs, runs, signal });
}

type FilesById = ReadonlyMap<string, DiskEntry>;

async function filesOf(
    { meter }: Pick<CleanRunsPorts, "meter">,
    directory: string,
    suffix: string,
): Promise<FilesById> {
    const entries = (await meter.entries(directory)).filter(
        ({ name, isDirectory }) => !isDirectory && name.endsWith(suffix),
    );
    return new Map(entries.map((entry) => [entry.name.slice(0, -suffix.length), entry]));
}

async function pruneStacks({ pipelines }: CleanRunsPorts, signal: AbortSignal): Promise<void> {
    const counts = new Map<string, number>();
    for (const { stackId } of await pipelines.listKept()) {
        counts.set(stackId, (counts.get(stackId) ?? 0) + 1);
    }
    for (const [stack, count] of counts) {
        signal.throwIfAborted();
        if (count > keptRuns) {
            await pipelines.prune(stack, keptRuns);
        }
    }
}

async function expireArtifacts({ pipelines, clock }: CleanRunsPorts, signal: AbortSignal): Promise<void> {
    for (const { id } of await pipelines.listExpired(clock.now().toISOString())) {
        signal.throwIfAborted();
        await pipelines.updateJob(id, { artifacts: undefined });
    }
}

async function removeArchives(
    { jobFiles }: CleanRunsPorts,
    tally: CleanUpTally,
    given: { readonly archives: FilesById; readonly runs: readonly KeptRun[]; readonly signal: AbortSignal },
): Promise<void> {
    const { archives, runs, signal } = given;
    const needed = new Set(runs.flatMap(neededArchives));
    for (const [id, { bytes }] of archives) {
        signal.throwIfAborted();
        if (!needed.has(id)) {
            await jobFiles.remove([id]);
            tally.removed({ part: "artifacts", name: id, bytes });
        }
    }
}

/** What a crash left of an archive that was being packed. */
async function removeHalfPacked(
    { meter, files, clock, artifactsDirectory }: CleanRunsPorts,
    tally: CleanUpTally,
): Promise<void> {
    for (const [name, { bytes, modifiedAt }] of await filesOf({ meter }, artifactsDirectory, ".tmp")) {
        if (clock.now().getTime() - Date.parse(modifiedAt) > dayMilliseconds) {
            await files.remove(artifactsDirectory, `${name}.tmp`);
            tally.removed({ part: "artifacts", name: `${name}.tmp`, bytes });
        }
    }
}

/** A job that was taken over from an earlier run has its artifacts in the archive of that one. */
function neededArchives({ status, jobs }: KeptRun): readonly (string | undefined)[] {
    return jobs
        .filter(({ hasArtifacts }) => hasArtifacts || !hasEnded(status))
        .flatMap(({ id, reusedFrom }) => [id, reusedFrom]);
}

/** A run's own log and those of its jobs stay and go together. */
async function removeLogs(
    { jobLogs, clock, logRules }: CleanRunsPorts,
    tally: CleanUpTally,
    given: { readonly logs: FilesById; readonly runs: readonly KeptRun[]; readonly signal: AbortSignal },
): Promise<void> {
    const { logs, runs, signal } = given;
    const known = new Map(runs.map((run) => [run.id, [run.id, ...run.jobs.map(({ id }) => id)]]));
    const bytesOf = (ids: readonly string[]): number => ids.reduce((sum, id) => sum + (logs.get(id)?.bytes ?? 0), 0);
    async function remove(name: string, ids: readonly string[], stack?: string): Promise<void> {
        signal.throwIfAborted();
        for (const id of ids.filter((one) => logs.has(one))) {
            await jobLogs.remove(id);
        }
        tally.removed({ part: "logs", name, stack, bytes: bytesOf(ids) });
    }

    const there = runs.flatMap(({ id, stackId, createdAt, status }) => {
        const ids = known.get(id) ?? [];
        const kept = { id, stack: stackId, createdAt, bytes: bytesOf(ids), isNeeded: !hasEnded(status) };
        return ids.some((one) => logs.has(one)) ? [kept] : [];
    });
    for (const { id, stack } of logsToRemove(there, clock.now(), logRules)) {
        await remove(id, known.get(id) ?? [], stack);
    }
    const all = new Set([...known.values()].flat());
    for (const id of [...logs.keys()].filter((one) => !all.has(one))) {
        await remove(id, [id]);
    }
}
