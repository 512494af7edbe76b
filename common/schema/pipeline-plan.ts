import { z } from "zod";
import { ArtifactsWhen } from "./pipeline-artifacts.ts";
import { RetryReason } from "./pipeline-retry.ts";
import { JobWhen } from "./pipeline-rule.ts";

const Environment = z.record(z.string(), z.string());
const Command = z.array(z.string());

/** A container beside a job. Times in seconds. */
export const PlannedService = z.object({
    name: z.string(),
    image: z.string(),
    variables: Environment,
    command: Command.optional(),
    entrypoint: Command.optional(),
    health: z.object({ command: Command, intervalSeconds: z.number(), timeoutSeconds: z.number() }).optional(),
});
export type PlannedService = z.infer<typeof PlannedService>;

export const PlannedArtifacts = z.object({
    paths: z.array(z.string()),
    when: ArtifactsWhen,
    /** null: kept for as long as the pipeline. */
    expireSeconds: z.number().nullable(),
});
export type PlannedArtifacts = z.infer<typeof PlannedArtifacts>;

export const PlannedCache = z.object({ key: z.string(), paths: z.array(z.string()) });
export type PlannedCache = z.infer<typeof PlannedCache>;

/** One job of a plan, with every default put in: what an executor needs to run it. Times in seconds, sizes in bytes. */
export const PlannedJob = z.object({
    /** Unique in its plan. */
    name: z.string(),
    /** The job of the file that it was made of; another name only with a matrix. */
    definition: z.string(),
    stage: z.string(),
    image: z.string(),
    beforeScript: z.array(z.string()),
    script: z.array(z.string()),
    afterScript: z.array(z.string()),
    /** As in services, `$NAME` stands for a variable that only the stack knows, and `$$` for a `$`. */
    variables: Environment,
    services: z.array(PlannedService),
    artifacts: PlannedArtifacts.optional(),
    cache: z.array(PlannedCache),
    when: JobWhen,
    allowFailure: z.boolean(),
    /** A manual job that may fail, or one that needs such a job: nothing by stage waits for it, and the pipeline can end without it. */
    optional: z.boolean(),
    timeoutSeconds: z.number().optional(),
    retry: z.object({ max: z.int(), when: z.array(RetryReason) }),
    resources: z.object({ cpus: z.number().optional(), memoryBytes: z.number().optional() }),
    workingDirectory: z.string().optional(),
    entrypoint: Command.optional(),
    user: z.string().optional(),
    /** Whether it asks for the engine's own socket. */
    docker: z.boolean(),
    /** Names of the jobs that must have ended before it starts. */
    waitsFor: z.array(z.string()),
    /** Those of them that it names itself: with one of them skipped it cannot run. */
    needs: z.array(z.string()),
    /** Jobs whose artifacts it gets, in the order in which they are unpacked. */
    artifactsFrom: z.array(z.string()),
});
export type PlannedJob = z.infer<typeof PlannedJob>;

/** What of a pipeline runs for one commit. Jobs in the order of stages, then of the file. */
export const PipelinePlan = z.object({
    stages: z.array(z.object({ name: z.string(), parallelism: z.int() })),
    jobs: z.array(PlannedJob),
    /** Jobs that their rules leave out. */
    leftOut: z.array(z.string()),
});
export type PipelinePlan = z.infer<typeof PipelinePlan>;
