import type { TriggerType } from "../../../common/schema/deployment.ts";
import type { JobStatus } from "../../../common/schema/job-status.ts";
import type { PipelinePlan } from "../../../common/schema/pipeline-plan.ts";
import type { JobArtifacts, JobFailureReason, PipelineStatus } from "../../../common/schema/pipeline-run.ts";

/** One run of a pipeline as the stores keep it. Times in ISO 8601 UTC. */
export interface PipelineRecord {
    readonly id: string;
    readonly stackId: string;
    readonly repositoryId: string;
    readonly deploymentId?: string | undefined;
    /** The full hash once fetched; before that what was asked for, or "" where only the branch is known. */
    readonly commitSha: string;
    readonly commitMessage?: string | undefined;
    readonly commitAuthor?: string | undefined;
    readonly branch: string;
    readonly tag?: string | undefined;
    readonly status: PipelineStatus;
    /** Undefined until the pipeline file was read. */
    readonly plan?: PipelinePlan | undefined;
    readonly error?: string | undefined;
    readonly triggeredBy: TriggerType;
    readonly triggeredByUser?: string | undefined;
    readonly retryOf?: string | undefined;
    /** The job that a repeated run begins with, by name; undefined: with those that failed. */
    readonly retryFrom?: string | undefined;
    /**
     * Whether it runs by itself, in a lease of its own: it has no deployment, or a manual job of it was started after its
     * deployment had gone on.
     */
    readonly runsAlone: boolean;
    readonly createdAt: string;
    readonly startedAt?: string | undefined;
    readonly completedAt?: string | undefined;
    readonly cancelRequestedAt?: string | undefined;
    readonly cancelReason?: string | undefined;
    readonly attempt: number;
    readonly leaseOwner?: string | undefined;
    readonly leaseExpiresAt?: string | undefined;
}

/** One job of a run. Its definition stands in the run's plan, under its name. */
export interface JobRecord {
    readonly id: string;
    readonly pipelineId: string;
    /** From 0, in the order of the plan. */
    readonly position: number;
    readonly stage: string;
    readonly name: string;
    readonly image: string;
    readonly status: JobStatus;
    readonly allowFailure: boolean;
    readonly exitCode?: number | undefined;
    readonly reason?: JobFailureReason | undefined;
    readonly error?: string | undefined;
    readonly startedAt?: string | undefined;
    readonly completedAt?: string | undefined;
    /** From 1; 0 before it starts. */
    readonly attempt: number;
    /** How many lines of output its log held before this attempt. */
    readonly linesBefore: number;
    /** Who started a manual job, and when. */
    readonly requestedAt?: string | undefined;
    readonly requestedBy?: string | undefined;
    /** The job of an earlier run whose result and artifacts were taken over. */
    readonly reusedFrom?: string | undefined;
    readonly artifacts?: JobArtifacts | undefined;
}

export type NewPipeline = Pick<
    PipelineRecord,
    "stackId" | "repositoryId" | "commitSha" | "branch" | "triggeredBy" | "runsAlone"
> &
    Partial<
        Pick<
            PipelineRecord,
            "deploymentId" | "commitMessage" | "commitAuthor" | "tag" | "triggeredByUser" | "retryOf" | "retryFrom"
        >
    >;

export type NewJob = Pick<JobRecord, "name" | "stage" | "image" | "allowFailure" | "status"> &
    Partial<Pick<JobRecord, "exitCode" | "startedAt" | "completedAt" | "attempt" | "reusedFrom" | "artifacts">>;

export type PipelineChange = Partial<
    Pick<
        PipelineRecord,
        "status" | "commitSha" | "commitMessage" | "commitAuthor" | "error" | "startedAt" | "completedAt"
    >
>;

export type JobChange = Partial<
    Pick<
        JobRecord,
        | "status"
        | "exitCode"
        | "reason"
        | "error"
        | "startedAt"
        | "completedAt"
        | "attempt"
        | "linesBefore"
        | "artifacts"
    >
>;

/** What of a run lies on the disk, without all that its row says. */
export interface KeptRun extends Pick<PipelineRecord, "id" | "stackId" | "createdAt" | "status"> {
    readonly jobs: readonly (Pick<JobRecord, "id" | "reusedFrom"> & { readonly hasArtifacts: boolean })[];
}

/** Runs of pipelines and their jobs in the database. */
export interface PipelineStore {
    /** Inserts a run, `pending`, without jobs. */
    create(pipeline: NewPipeline): Promise<PipelineRecord>;
    /** Writes the plan and its jobs, in order, in one transaction; the run is `running` from then on. Not twice. */
    begin(id: string, plan: PipelinePlan, jobs: readonly NewJob[], startedAt: string): Promise<PipelineRecord>;
    find(id: string): Promise<PipelineRecord | undefined>;
    findOfDeployment(deploymentId: string): Promise<PipelineRecord | undefined>;
    /** Newest first; `cursor` is the `id` of the last row of the page before. */
    list(
        stackId: string,
        range: { readonly branch?: string | undefined; readonly limit: number; readonly cursor?: string | undefined },
    ): Promise<readonly PipelineRecord[]>;
    /** The branches that runs of a stack were for, the one that ran last first; at most 100. */
    branches(stackId: string): Promise<readonly string[]>;
    /** All rows that wait or run, oldest first. */
    listActive(stackId?: string): Promise<readonly PipelineRecord[]>;
    /** Changes a row that has not ended; undefined when it has. */
    update(id: string, change: PipelineChange): Promise<PipelineRecord | undefined>;
    /** In the order of their plans, by run. */
    jobs(pipelineIds: readonly string[]): Promise<ReadonlyMap<string, readonly JobRecord[]>>;
    /** The jobs of deployments' runs, by deployment. */
    jobsOfDeployments(deploymentIds: readonly string[]): Promise<ReadonlyMap<string, readonly JobRecord[]>>;
    findJob(id: string): Promise<JobRecord | undefined>;
    updateJob(id: string, change: JobChange): Promise<JobRecord | undefined>;
    /**
     * Notes who started a manual job that is `pending`; undefined when it is not. A run that has ended, or whose
     * deployment has, is `pending` again in the same step and `runsAlone`.
     */
    requestJob(id: string, by: string | undefined): Promise<JobRecord | undefined>;
    /** Ends waiting runs of a stack's branch that run alone, but one, as `cancelled`; answers them. */
    supersede(stackId: string, branch: string, by: string): Promise<readonly PipelineRecord[]>;
    /** Notes that a cancel was asked for; false when the row has already ended. */
    requestCancel(id: string, reason: string): Promise<boolean>;
    /** Takes the oldest row that is `pending` and runs alone, and gives it this owner's lease. */
    claim(owner: string, leaseSeconds: number): Promise<PipelineRecord | undefined>;
    heartbeat(id: string, owner: string, leaseSeconds: number): Promise<boolean>;
    /** Takes over the leases of rows that run alone but whose owner is gone, oldest first. */
    takeOver(owner: string, leaseSeconds: number): Promise<readonly PipelineRecord[]>;
    release(id: string, owner: string): Promise<void>;
    /** Removes the rows of a stack's runs that have ended beyond the newest `keep`, with their jobs; answers the jobs. */
    prune(stackId: string, keep: number): Promise<readonly JobRecord[]>;
    /** Jobs whose artifacts have expired. */
    listExpired(now: string): Promise<readonly JobRecord[]>;
    /** Every run, or every one of a stack, with what may lie on the disk for it; newest first. */
    listKept(stackId?: string): Promise<readonly KeptRun[]>;
}

/** Whether nothing can follow by itself. */
export function hasEnded(status: JobStatus): boolean {
    return status !== "pending" && status !== "running";
}
