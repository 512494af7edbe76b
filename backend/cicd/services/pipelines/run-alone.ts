import { asFailure, DeploymentFailure, endsCancelled } from "../../core/failure.ts";
import type { LogWriter } from "../../core/log-stream.ts";
import { createMasker } from "../../core/mask.ts";
import type { PipelineChange, PipelineRecord } from "../../core/pipeline-run.ts";
import { whyMessageIgnored } from "../../core/push-rules.ts";
import { type Connection, type ConnectionPorts, findConnection, secretsOf } from "../connection.ts";
import { describeCommit, fetchRef, type FetchRefPorts } from "../fetch-ref.ts";
import { openLog } from "../open-log.ts";
import { clearRun } from "./end-run.ts";
import { plainPath } from "./find-pipeline-file.ts";
import { isReady, pipelineWorkspace } from "./pipeline-workspace.ts";
import { runPipeline, type RunPipelinePorts } from "./run-pipeline.ts";

export interface RunAlonePorts extends ConnectionPorts, RunPipelinePorts {
    readonly git: RunPipelinePorts["git"] & FetchRefPorts["git"] & FileReader;
}

interface FileReader {
    readFile(remote: Connection["repository"], commit: string, path: string): Promise<string | undefined>;
}

/** One run while it is worked on. */
interface AloneRun {
    readonly record: PipelineRecord;
    readonly signal: AbortSignal;
    readonly writer: LogWriter;
    readonly mask: (text: string) => string;
}

/** A good end without any job, such as of a branch that has no pipeline. */
class NothingToRun extends Error {}

/**
 * Runs one run that runs alone to its end, whatever it was doing before: a new one from the fetch, one that a restart cut
 * off from where it was, one that had ended with the manual jobs that were started since. One that a shutdown interrupts
 * keeps its status and goes on at the next start. Throws only where its end cannot be written down.
 */
export function createRunAlone(ports: RunAlonePorts) {
    return async function runAlone(record: PipelineRecord, signal: AbortSignal): Promise<void> {
        const writer = await openLog({ logs: ports.jobLogs, onError: ports.onError }, record.id);
        let mask = (text: string): string => text;
        const run = { record, signal, writer, mask: (text: string) => mask(text) };
        try {
            const connection = await findConnection(ports, record.stackId);
            const masker = createMasker(secretsOf(connection));
            mask = (text) => masker.mask(text);
            await runConnected(ports, run, connection);
        } catch (error) {
            await end(ports, run, error);
        } finally {
            await writer.close().catch(ports.onError);
        }
    };
}

async function runConnected(ports: RunAlonePorts, run: AloneRun, connection: Connection | undefined): Promise<void> {
    if (run.signal.aborted) {
        throw run.signal.reason;
    }
    if (connection === undefined || connection.repository.id !== run.record.repositoryId) {
        throw new DeploymentFailure("pipeline_failed", "The stack's repository was disconnected meanwhile.");
    }
    const record = await begin(ports, run);
    const fetched =
        record.plan === undefined
            ? await fetchNew(ports, { ...run, record }, connection)
            : await fetchAgain(ports, { ...run, record }, connection);
    await runPipeline(ports, {
        ...{ ...connection, ...fetched, signal: run.signal, mask: run.mask },
        log: { id: record.id, logs: ports.jobLogs, writer: run.writer },
    });
}

async function begin(ports: RunAlonePorts, run: AloneRun): Promise<PipelineRecord> {
    const { deploymentId, attempt, plan, startedAt } = run.record;
    if (deploymentId !== undefined && startedAt !== undefined) {
        say(run, `A job was started by hand. What ran before stands in the log of deployment ${deploymentId}.`);
    } else if (plan !== undefined && attempt > 1) {
        say(run, "Going on.");
    }
    return change(ports, run.record, { status: "running", startedAt: startedAt ?? ports.clock.now().toISOString() });
}

/** Throws NothingToRun where the commit asks not to be run, or has no pipeline. */
async function fetchNew(ports: RunAlonePorts, run: AloneRun, { repository: unfetched, config }: Connection) {
    const { repository, commit } = await fetchRef(ports, unfetched, fetchOf(run, config.timeout));
    say(run, describeCommit(commit));
    const record = await change(ports, run.record, {
        commitSha: commit.sha,
        commitMessage: commit.message,
        commitAuthor: commit.author,
    });
    checkMessage(record, commit.message);
    const path = plainPath(config.pipelinePath);
    if ((await ports.git.readFile(repository, commit.sha, path)) === undefined) {
        throw new NothingToRun(`Commit ${commit.sha.slice(0, 7)} has no ${path}: there is nothing to run.`);
    }
    return { repository, record };
}

/** Polls know no messages, and some senders tell none. */
function checkMessage({ triggeredBy }: PipelineRecord, message: string): void {
    const reason = triggeredBy === "webhook" || triggeredBy === "scheduled" ? whyMessageIgnored(message) : undefined;
    if (reason !== undefined) {
        throw new NothingToRun(`Not run: ${reason}.`);
    }
}

/** The mirror mostly has the commit still, also where its branch is gone by now; checking it out tells where not. */
async function fetchAgain(ports: RunAlonePorts, run: AloneRun, { repository, config }: Connection) {
    const { record } = run;
    if (await isReady(ports, pipelineWorkspace(ports, record))) {
        return { repository, record };
    }
    try {
        const fetched = await fetchRef(ports, repository, fetchOf(run, config.timeout));
        return { repository: fetched.repository, record };
    } catch (error) {
        if (run.signal.aborted) {
            throw run.signal.reason;
        }
        say(run, asFailure(error).message);
        return { repository, record };
    }
}

function fetchOf(run: AloneRun, timeoutSeconds: number) {
    const { id: runId, branch, tag, commitSha: asked } = run.record;
    return {
        ...{ branch, tag, asked, runId, timeoutSeconds, signal: run.signal },
        say: (text: string) => say(run, text),
        onLine: (line: string) => run.writer.write("stderr", "pipeline", run.mask(line)),
    };
}

/** Writes the end of a run that came to one outside of its jobs. */
async function end(ports: RunAlonePorts, run: AloneRun, error: unknown): Promise<void> {
    const given: unknown = run.signal.aborted ? run.signal.reason : error;
    if (given instanceof NothingToRun) {
        say(run, given.message);
        await change(ports, run.record, { status: "skipped", error: run.mask(given.message) });
        return;
    }
    const failure = asFailure(given);
    if (failure.errorCode === "interrupted") {
        return;
    }
    if (failure.errorCode === "internal") {
        ports.onError(failure.cause ?? failure);
    }
    const message = run.mask(failure.message);
    say(run, message);
    // Its jobs may still run from before a restart.
    await clearRun(ports, run.record);
    await ports.pipelines.update(run.record.id, {
        status: endsCancelled(failure) ? "cancelled" : "failed",
        error: message,
    });
    ports.announcePipeline(run.record.id);
}

/** Where somebody has ended it meanwhile there is nothing more to do. */
async function change(ports: RunAlonePorts, { id }: PipelineRecord, change: PipelineChange): Promise<PipelineRecord> {
    const changed = await ports.pipelines.update(id, change);
    if (changed === undefined) {
        throw new DeploymentFailure("interrupted", "The pipeline was ended elsewhere.");
    }
    ports.announcePipeline(id);
    return changed;
}

function say(run: AloneRun, text: string): void {
    run.writer.write("system", "pipeline", run.mask(text));
}
