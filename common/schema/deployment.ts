import { z } from "zod";
import { CommitSha, GitRef } from "./git-ref.ts";
import { JobStatus } from "./job-status.ts";
import { Timestamp } from "./timestamp.ts";

export const deploymentStatuses = [
    "pending",
    "building",
    "deploying",
    "successful",
    "failed",
    "rolled_back",
    "cancelled",
] as const;
export const DeploymentStatus = z.enum(deploymentStatuses);
export type DeploymentStatus = z.infer<typeof DeploymentStatus>;

/** In lists of stacks in the place of a status: built, and waiting for a person's approval. */
export const awaitingApproval = "approval";

export const deploymentPhases = [
    "queued",
    "fetching",
    "pipeline",
    "building",
    "publishing",
    "previewing",
    "approval",
    "applying",
    "verifying",
    "rolling_back",
    "done",
] as const;
/** The finer step within a status; what the page's timeline shows. */
export const DeploymentPhase = z.enum(deploymentPhases);
export type DeploymentPhase = z.infer<typeof DeploymentPhase>;

export const TriggerType = z.enum(["webhook", "manual", "scheduled", "api"]);
export type TriggerType = z.infer<typeof TriggerType>;

/**
 * Why a deployment ended as it did. The first group is the user's (build, test or health check said no), the second
 * is ours (it could not be done), the third are expected ends that are not failures.
 */
export const deploymentErrorCodes = [
    "build_failed",
    "command_failed",
    "pipeline_failed",
    "unhealthy",
    "compose_invalid",
    "compose_missing",
    "dockerfile_missing",
    "not_contained",
    "image_missing",
    "pull_failed",
    "push_failed",
    "port_taken",
    "name_taken",
    "apply_failed",
    "env_refused",
    "commit_missing",
    "branch_missing",
    "timeout",
    "rollback_failed",
    "release_missing",
    "auth_failed",
    "remote_unavailable",
    "address_refused",
    "host_key_changed",
    "engine_unavailable",
    "disk_full",
    "interrupted",
    "not_supported",
    "internal",
    "no_change",
    "superseded",
    "outdated",
    "cancelled",
    "target_busy",
    "rejected",
    "pinned",
] as const;
export const DeploymentErrorCode = z.enum(deploymentErrorCodes);
export type DeploymentErrorCode = z.infer<typeof DeploymentErrorCode>;

/** The image that a service runs in a deployment. */
export const DeployedImage = z.object({
    service: z.string(),
    image: z.string(),
    imageId: z.string(),
    digest: z.string().optional(),
    built: z.boolean(),
});
export type DeployedImage = z.infer<typeof DeployedImage>;

/** An image that was pushed to a registry, to be pulled again: its name as services use it, and what was pushed. */
export const RefreshImage = z.object({ image: z.string(), digest: z.string().optional() });
export type RefreshImage = z.infer<typeof RefreshImage>;

export const machineStates = ["waiting", "applying", "verifying", "done", "failed", "restored"] as const;
/** How far a deployment has come on one machine. */
export const MachineState = z.enum(machineStates);
export type MachineState = z.infer<typeof MachineState>;

/** A machine that a deployment reaches, in turn: `local`, or the id of a target; its name at that time. */
export const DeployedMachine = z.object({
    id: z.string(),
    name: z.string(),
    state: MachineState,
    /** The release that it runs, where that is another than the deployment's own, as after a rollback. */
    releaseId: z.string().optional(),
});
export type DeployedMachine = z.infer<typeof DeployedMachine>;

/** How long one phase took; `endedAt` is missing while it runs. */
export const PhaseTime = z.object({ phase: DeploymentPhase, startedAt: Timestamp, endedAt: Timestamp.optional() });
export type PhaseTime = z.infer<typeof PhaseTime>;

/** One deployment of a stack, as the outside sees it. `duration` in seconds. */
export const Deployment = z.object({
    id: z.string(),
    stackId: z.string(),
    buildConfigId: z.string(),
    repositoryId: z.string(),
    commitSha: z.string(),
    commitMessage: z.string().optional(),
    commitAuthor: z.string().optional(),
    branch: z.string(),
    tag: z.string().optional(),
    status: DeploymentStatus,
    phase: DeploymentPhase,
    phases: z.array(PhaseTime),
    createdAt: Timestamp,
    startedAt: Timestamp,
    completedAt: Timestamp.optional(),
    duration: z.number().optional(),
    buildLogs: z.string().optional(),
    deploymentLogs: z.string().optional(),
    error: z.string().optional(),
    errorCode: DeploymentErrorCode.optional(),
    /** A sentence about an outcome that is not an error, such as "built, not started: the stack is stopped". */
    note: z.string().optional(),
    triggeredBy: TriggerType,
    triggeredByUser: z.string().optional(),
    previousDeploymentId: z.string().optional(),
    rollbackOf: z.string().optional(),
    supersededBy: z.string().optional(),
    images: z.array(DeployedImage),
    /** The machines that it reaches, in turn; empty before it applies, and for those of older versions. */
    machines: z.array(DeployedMachine).default([]),
    /** Since when it waits for somebody's approval. */
    approvalRequestedAt: Timestamp.optional(),
    approvedAt: Timestamp.optional(),
    approvedBy: z.string().optional(),
    /** The images whose push to a registry asked for this deployment. */
    refreshImages: z.array(RefreshImage).optional(),
    /** The pipeline that ran for it. */
    pipelineId: z.string().optional(),
    /** Those of its pipeline. `duration` in seconds. */
    jobs: z.array(
        z.object({
            id: z.string(),
            name: z.string(),
            stage: z.string(),
            status: JobStatus,
            duration: z.number().optional(),
            exitCode: z.int().optional(),
        }),
    ),
    /** Whether its release is kept, so that it can be rolled back to. */
    canRollBack: z.boolean(),
    /** Whether it is what the stack runs now. */
    live: z.boolean(),
});
export type Deployment = z.infer<typeof Deployment>;

/** How the note of a deployment begins that repairs what was changed by hand, with the release that is live anyway. */
export const restoreNote = "Restored what is live";

/** What to deploy; what is left out comes from the repository. */
export const DeploymentRequest = z.strictObject({
    branch: GitRef.optional(),
    tag: GitRef.optional(),
    commit: CommitSha.optional(),
});
export type DeploymentRequest = z.infer<typeof DeploymentRequest>;
