import type { JobStatus } from "../../../common/schema/job-status.ts";
import type { PipelineJobRun, PipelineRun } from "../../../common/schema/pipeline-run.ts";
import { minutesAgo } from "./page-fixtures.ts";

/** A job of a run; `needs` given: it waits for those, otherwise for what the caller says. */
export function job(
    name: string,
    stage: string,
    status: JobStatus,
    rest: Partial<PipelineJobRun> = {},
): PipelineJobRun {
    const started = status !== "pending" && status !== "skipped";
    const ended = status === "success" || status === "failed";
    return {
        id: `job-${name}`,
        pipelineId: "p1",
        name,
        stage,
        image: "node:20",
        status,
        when: "on_success",
        allowFailure: false,
        attempt: started ? 1 : 0,
        ...(started ? { startedAt: minutesAgo(1.3) } : {}),
        ...(ended ? { completedAt: minutesAgo(0.6), duration: 41.6, exitCode: status === "success" ? 0 : 1 } : {}),
        waitsFor: [],
        canStart: false,
        ...rest,
    };
}

const build = ["compile", "lint"];
const test = ["unit [18]", "unit [20]", "browser"];

/** Three stages and eight jobs: by stage, with needs, of a matrix, one that may fail, one that is started by hand. */
export const eightJobs: readonly PipelineJobRun[] = [
    job("compile", "build", "success", {
        duration: 74,
        artifacts: {
            files: 3,
            bytes: 184_320,
            paths: ["dist/app.js", "dist/app.css", "dist/index.html"],
            expiresAt: new Date(Date.now() + 6.9 * 86_400_000).toISOString(),
        },
    }),
    job("lint", "build", "success", { duration: 8.2, image: "node:20-alpine" }),
    job("unit [18]", "test", "success", { waitsFor: build }),
    job("unit [20]", "test", "running", { waitsFor: build, attempt: 2 }),
    job("browser", "test", "failed", {
        waitsFor: ["compile"],
        allowFailure: true,
        reason: "out_of_memory",
        exitCode: 137,
        error: "It used more than its 512 MB of memory. Give it more with resources: { memory: 1g }.",
    }),
    job("package", "release", "pending", { waitsFor: [...build, ...test] }),
    job("docs", "release", "pending", { waitsFor: ["lint"], when: "manual", allowFailure: true, canStart: true }),
    job("announce", "release", "pending", { waitsFor: ["package"], image: "alpine:3" }),
];

export function pipelineRun(id: string, rest: Partial<PipelineRun> = {}): PipelineRun {
    return {
        id,
        stackId: "shop",
        repositoryId: "repo1",
        commitSha: "9f2c1e7ab34d5566778899aabbccddeeff001122",
        commitMessage: "Show prices with two decimals\n\nRounding was left to the browser before.",
        commitAuthor: "Ada Lovelace",
        branch: "main",
        status: "running",
        waiting: false,
        triggeredBy: "webhook",
        createdAt: minutesAgo(2.2),
        startedAt: minutesAgo(2.1),
        stages: ["build", "test", "release"],
        jobs: [...eightJobs],
        ...rest,
    };
}
