import { join } from "node:path";
import { diskMeter } from "../../backend/cicd/adapters/disk/disk-meter.ts";
import { diskFiles } from "../../backend/cicd/adapters/disk/files.ts";
import { createJobArchives } from "../../backend/cicd/adapters/archive/job-archives.ts";
import { createLogStore } from "../../backend/cicd/adapters/files/log-store.ts";
import { createLogChunkStore } from "../../backend/cicd/adapters/sqlite/log-chunk-store.ts";
import { createPipelineStore } from "../../backend/cicd/adapters/sqlite/pipeline-store.ts";
import type { NewBuildConfig } from "../../backend/cicd/core/build-config.ts";
import { DeploymentFailure } from "../../backend/cicd/core/failure.ts";
import { createMasker } from "../../backend/cicd/core/mask.ts";
import type { JobRecord, NewPipeline, PipelineRecord } from "../../backend/cicd/core/pipeline-run.ts";
import { secretsOf } from "../../backend/cicd/services/connection.ts";
import { createJobFiles } from "../../backend/cicd/services/pipelines/job-files.ts";
import { createRunningPipelines } from "../../backend/cicd/services/pipelines/running-pipelines.ts";
import { runPipeline, type RunPipelineCall } from "../../backend/cicd/services/pipelines/run-pipeline.ts";
import type { LogLine } from "../../common/schema/log-line.ts";
import { createFakeExecutor } from "./fake-executor.ts";
import { newPipeline } from "./pipelines.ts";
import { plant, type Tree } from "./release-files.ts";
import { connect, openWorkshop } from "./workshop.ts";

/** Where pipelines run: real stores, logs and archives; the executor and git are played. */
export async function openPipelineStage(tree: Tree, config: Partial<NewBuildConfig> = {}) {
    const workshop = await openWorkshop();
    const { directory, database, clock, git, onError } = workshop;
    const connection = await connect(workshop, config);
    git.addWorktree = (_remote, _commit, worktree) => plant(worktree, tree);
    const chunks = (kind: "deployments" | "jobs") => createLogChunkStore({ database, clock }, kind);
    const logs = createLogStore({ directory: join(directory, "logs"), chunks: chunks("deployments"), clock, onError });
    const jobLogs = createLogStore({ directory: join(directory, "logs/jobs"), chunks: chunks("jobs"), clock, onError });
    const announcedRuns: string[] = [];
    const archives = createJobArchives();
    const ports = {
        ...workshop,
        ...{ logs, jobLogs, files: diskFiles },
        pipelines: createPipelineStore({ database, clock }),
        executor: createFakeExecutor(),
        jobFiles: createJobFiles({ archives, files: diskFiles, meter: diskMeter, clock, directory }),
        runningPipelines: createRunningPipelines(),
        wakePipelines: () => undefined,
        announcePipeline: (id: string) => void announcedRuns.push(id),
        workspacesDirectory: join(directory, "workspaces"),
    };
    const stop = new AbortController();
    const masker = createMasker(secretsOf(connection));

    /** Runs a run, or goes on with it; its log is its own. */
    async function run(record: PipelineRecord, given: Partial<RunPipelineCall> = {}) {
        const writer = await jobLogs.open(record.id);
        try {
            const log = { id: record.id, logs: jobLogs, writer };
            const mask = (text: string) => masker.mask(text);
            return await runPipeline(ports, { ...connection, record, log, mask, signal: stop.signal, ...given });
        } finally {
            await writer.close();
        }
    }

    return {
        ...ports,
        connection,
        stop,
        announcedRuns,
        run,
        create: (fields: Partial<NewPipeline> = {}) =>
            ports.pipelines.create(
                newPipeline({ stackId: "shop", repositoryId: connection.repository.id, commitSha: tip, ...fields }),
            ),
        jobs: async (id: string): Promise<Readonly<Record<string, JobRecord>>> =>
            Object.fromEntries(((await ports.pipelines.jobs([id])).get(id) ?? []).map((job) => [job.name, job])),
        lines: (id: string): Promise<readonly LogLine[]> => jobLogs.read(id, { afterSeq: 0, limit: 2000 }),
    };
}

export const tip = "a".repeat(40);
export const cancelled = new DeploymentFailure("cancelled", "Cancelled by ada.");
export const interrupted = new DeploymentFailure("interrupted", "The server is shutting down.");

/** A promise that the test ends. */
export function gate() {
    let open = (): void => undefined;
    const opened = new Promise<void>((resolve) => {
        open = resolve;
    });
    return { open, opened };
}

/** What of a log came from a job, not from the server. */
export function outputOf(lines: readonly LogLine[], job?: string): readonly string[] {
    return lines
        .filter((line) => line.stream !== "system" && (job === undefined || line.job === job))
        .map((l) => l.text);
}
