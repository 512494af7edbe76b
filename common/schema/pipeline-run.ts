import { z } from "zod";
import { TriggerType } from "./deployment.ts";
import { JobStatus } from "./job-status.ts";
import { RetryReason } from "./pipeline-retry.ts";
import { JobWhen } from "./pipeline-rule.ts";
import { Timestamp } from "./timestamp.ts";

/** Of a pipeline as of a job; a pipeline that waits for a person is `running`, and says `waiting` besides. */
export const PipelineStatus = JobStatus;
export type PipelineStatus = z.infer<typeof PipelineStatus>;

/** Why a job failed: its script's exit code, its time, its memory, or something around it. */
export const JobFailureReason = RetryReason;
export type JobFailureReason = z.infer<typeof JobFailureReason>;

/** What a job has left to be downloaded. */
export const JobArtifacts = z.object({
    files: z.int(),
    /** Of the packed archive. */
    bytes: z.int(),
    /** The first of the files, at most 200; secrets in their names are masked. */
    paths: z.array(z.string()),
    expiresAt: Timestamp.optional(),
});
export type JobArtifacts = z.infer<typeof JobArtifacts>;

/** One job of a pipeline, as the outside sees it. `duration` in seconds. */
export const PipelineJobRun = z.object({
    id: z.string(),
    pipelineId: z.string(),
    name: z.string(),
    stage: z.string(),
    image: z.string(),
    status: JobStatus,
    when: JobWhen,
    allowFailure: z.boolean(),
    /** Which of the tries this is; from 1, 0 before it starts. */
    attempt: z.int(),
    exitCode: z.int().optional(),
    reason: JobFailureReason.optional(),
    error: z.string().optional(),
    startedAt: Timestamp.optional(),
    completedAt: Timestamp.optional(),
    duration: z.number().optional(),
    /** Names of the jobs that it waits for: the lines of the graph. */
    waitsFor: z.array(z.string()),
    /** A manual job that can be started now. */
    canStart: z.boolean(),
    startedBy: z.string().optional(),
    /** The job of an earlier run whose result was taken over. */
    reusedFrom: z.string().optional(),
    artifacts: JobArtifacts.optional(),
});
export type PipelineJobRun = z.infer<typeof PipelineJobRun>;

/** One run of a repository's pipeline for one commit, as the outside sees it. `duration` in seconds. */
export const PipelineRun = z.object({
    id: z.string(),
    stackId: z.string(),
    repositoryId: z.string(),
    /** The deployment that it belongs to; a pipeline that deploys nothing has none. */
    deploymentId: z.string().optional(),
    commitSha: z.string(),
    commitMessage: z.string().optional(),
    commitAuthor: z.string().optional(),
    branch: z.string(),
    tag: z.string().optional(),
    status: PipelineStatus,
    /** Nothing goes on until somebody starts a manual job. */
    waiting: z.boolean(),
    error: z.string().optional(),
    triggeredBy: TriggerType,
    triggeredByUser: z.string().optional(),
    /** The run that this one repeats from a failed job on. */
    retryOf: z.string().optional(),
    createdAt: Timestamp,
    startedAt: Timestamp.optional(),
    completedAt: Timestamp.optional(),
    duration: z.number().optional(),
    stages: z.array(z.string()),
    jobs: z.array(PipelineJobRun),
});
export type PipelineRun = z.infer<typeof PipelineRun>;
