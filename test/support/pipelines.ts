import { createJobArchives } from "../../backend/cicd/adapters/archive/job-archives.ts";
import { diskMeter } from "../../backend/cicd/adapters/disk/disk-meter.ts";
import { diskFiles } from "../../backend/cicd/adapters/disk/files.ts";
import { createLogStore } from "../../backend/cicd/adapters/files/log-store.ts";
import { createLogChunkStore } from "../../backend/cicd/adapters/sqlite/log-chunk-store.ts";
import { createPipelineStore } from "../../backend/cicd/adapters/sqlite/pipeline-store.ts";
import type { NewJob, NewPipeline, PipelineStore } from "../../backend/cicd/core/pipeline-run.ts";
import type { PipelinePlan } from "../../common/schema/pipeline-plan.ts";
import { createJobFiles } from "../../backend/cicd/services/pipelines/job-files.ts";
import type { Database } from "../../backend/platform/sqlite/database.ts";
import { createTestClock, type TestClock } from "./clock.ts";
import { openTestDatabase } from "./database.ts";

/** The real store on a database in memory, closed when the test ends. Call it inside a test. */
export async function createTestPipelines(clock: TestClock = createTestClock()): Promise<PipelineStore> {
    return createPipelineStore({ database: await openTestDatabase(), clock });
}

/** A run as a test needs it: say only what matters. Without `deploymentId` it runs alone. */
export function newPipeline(fields: Partial<NewPipeline> = {}): NewPipeline {
    return {
        stackId: "web",
        repositoryId: "repository-1",
        commitSha: "0123456789012345678901234567890123456789",
        branch: "main",
        triggeredBy: "webhook",
        runsAlone: fields.deploymentId === undefined,
        ...fields,
    };
}

/** The jobs of a plan, as a run begins with them. */
export function newJobs({ jobs }: PipelinePlan): readonly NewJob[] {
    return jobs.map(({ name, stage, image, allowFailure }) => ({
        ...{ name, stage, image, allowFailure },
        status: "pending",
    }));
}

/** Where jobs leave their logs and files: the real ones, below a directory. */
export function openJobTraces(given: {
    readonly directory: string;
    readonly database: Database;
    readonly clock: TestClock;
    readonly onError: (error: unknown) => void;
}) {
    const { directory, clock, onError } = given;
    const jobLogsDirectory = `${directory}/logs/jobs`;
    const jobChunks = createLogChunkStore(given, "jobs");
    return {
        jobLogsDirectory,
        jobChunks,
        jobLogs: createLogStore({ directory: jobLogsDirectory, chunks: jobChunks, clock, onError }),
        artifactsDirectory: `${directory}/artifacts`,
        jobFiles: createJobFiles({
            ...{ archives: createJobArchives(), files: diskFiles, meter: diskMeter },
            ...{ clock, directory },
        }),
    };
}
