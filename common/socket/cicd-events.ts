import { z } from "zod";
import { BuildConfigInput, type BuildConfig } from "../schema/build-config.ts";
import type { ConnectedRepository } from "../schema/connected-repository.ts";
import {
    ConnectStacksInput,
    DiscoveryInput,
    type ConnectedStacks,
    type DeployKey,
    type Discovery,
} from "../schema/discovery.ts";
import { DeploymentRequest, type Deployment } from "../schema/deployment.ts";
import type { DeploymentHealth } from "../schema/deployment-health.ts";
import { DeployTargetInput, type DeployTarget, type TargetCheck } from "../schema/deploy-target.ts";
import type { CleanUpReport, DiskUse } from "../schema/disk.ts";
import type { Drift } from "../schema/drift.ts";
import { GitRef } from "../schema/git-ref.ts";
import { GitRepositoryInput, HostKeyFingerprint, type GitRepository } from "../schema/git-repository.ts";
import { LogRange, type LogLine } from "../schema/log-line.ts";
import { PipelineText, type CheckedPipeline, type PipelineSource } from "../schema/pipeline-check.ts";
import type { PipelineRun } from "../schema/pipeline-run.ts";
import type { Preview } from "../schema/preview.ts";
import { RegistryInput, RegistryTestInput, type Registry } from "../schema/registry.ts";
import { ReleasePair, type ReleaseComparison, type ReleaseSummary } from "../schema/release.ts";
import { HookAccess, type RepositoryHook } from "../schema/repository-hook.ts";
import { StackName } from "../schema/stack-name.ts";
import type { PinnedRelease } from "../schema/stack.ts";
import type { Synced } from "../schema/synced.ts";
import type { WebhookAccess } from "../schema/webhook-access.ts";
import type { WebhookEvent, WebhookVerdict } from "../schema/webhook-event.ts";
import type { EventDefinition } from "./event.ts";

const id = z.string().min(1).max(64);
const limit = z.int().min(1).max(200);
const cursor = id.optional();

/** The plugin's events, all agent-capable: `socket.emit("agent", endpoint, EVENT, ...args, ack)`. */
export const cicdEvents = {
    getGitRepository: { args: z.tuple([StackName]), right: "read" },
    saveGitRepository: { args: z.tuple([StackName, GitRepositoryInput]), right: "edit" },
    deleteGitRepository: { args: z.tuple([StackName]), right: "edit" },
    testGitConnection: { args: z.tuple([StackName, GitRepositoryInput.partial({ branch: true })]), right: "edit" },
    acceptHostKey: { args: z.tuple([StackName, HostKeyFingerprint]), right: "edit" },
    syncRepository: { args: z.tuple([StackName]), right: "deploy" },
    getBuildConfig: { args: z.tuple([StackName]), right: "read" },
    saveBuildConfig: { args: z.tuple([StackName, BuildConfigInput]), right: "edit" },
    triggerBuild: { args: z.tuple([StackName, DeploymentRequest.optional()]), right: "deploy" },
    previewDeployment: { args: z.tuple([StackName, DeploymentRequest.optional()]), right: "deploy" },
    cancelBuild: { args: z.tuple([id]), right: "deploy" },
    approveDeployment: { args: z.tuple([id]), right: "deploy" },
    rejectDeployment: { args: z.tuple([id]), right: "deploy" },
    getDeploymentPreview: { args: z.tuple([id]), right: "read" },
    rollbackDeployment: { args: z.tuple([id]), right: "deploy" },
    getDeploymentDetails: { args: z.tuple([id]), right: "read" },
    getDeploymentHealth: { args: z.tuple([id]), right: "read" },
    getDeploymentHistory: { args: z.tuple([StackName, limit, cursor]), right: "read" },
    /** Each stack's newest. */
    getRecentDeployments: { args: z.tuple([limit]), right: "read" },
    subscribeBuildLog: { args: z.tuple([id, LogRange.optional()]), right: "read" },
    unsubscribeBuildLog: { args: z.tuple([id]), right: "read" },
    getWebhookEvents: { args: z.tuple([StackName, limit, cursor]), right: "read" },
    redeliverWebhookEvent: { args: z.tuple([id]), right: "deploy" },
    getWebhookSecret: { args: z.tuple([StackName]), right: "edit" },
    getRepositoryHook: { args: z.tuple([StackName, HookAccess.optional()]), right: "edit" },
    createRepositoryHook: { args: z.tuple([StackName, HookAccess.optional()]), right: "edit" },
    removeRepositoryHook: { args: z.tuple([StackName, HookAccess.optional()]), right: "edit" },
    getStackDrift: { args: z.tuple([StackName]), right: "read" },
    restoreStack: { args: z.tuple([StackName]), right: "deploy" },
    getReleases: { args: z.tuple([StackName, limit, cursor]), right: "read" },
    compareReleases: { args: z.tuple([StackName, ReleasePair]), right: "read" },
    unpinStack: { args: z.tuple([StackName]), right: "deploy" },
    getRepositories: { args: z.tuple([limit, cursor]), right: "read" },
    makeDeployKey: { args: z.tuple([]), right: "edit" },
    discoverRepository: { args: z.tuple([DiscoveryInput]), right: "edit" },
    connectStacks: { args: z.tuple([ConnectStacksInput]), right: "edit" },
    getRegistries: { args: z.tuple([limit, cursor]), right: "read" },
    /** With `null` a new one is added. */
    saveRegistry: { args: z.tuple([id.nullable(), RegistryInput]), right: "admin" },
    deleteRegistry: { args: z.tuple([id]), right: "admin" },
    getTargets: { args: z.tuple([limit, cursor]), right: "read" },
    /** With `null` a new one is added. */
    saveTarget: { args: z.tuple([id.nullable(), DeployTargetInput]), right: "admin" },
    deleteTarget: { args: z.tuple([id]), right: "admin" },
    testTarget: { args: z.tuple([id]), right: "admin" },
    acceptTargetHostKey: { args: z.tuple([id, HostKeyFingerprint]), right: "admin" },
    /** A saved one by its id, or one that is only given. */
    testRegistry: { args: z.tuple([z.union([id, RegistryTestInput])]), right: "admin" },
    getDiskUse: { args: z.tuple([]), right: "read" },
    getDiskWarnings: { args: z.tuple([]), right: "read" },
    cleanUp: { args: z.tuple([]), right: "admin" },
    /** Of all branches, or of one. On the wire what is left out before another argument is null. */
    getPipelines: { args: z.tuple([StackName, limit, id.nullish(), GitRef.optional()]), right: "read" },
    getPipeline: { args: z.tuple([id]), right: "read" },
    /** Runs the pipeline and deploys nothing. */
    runPipeline: { args: z.tuple([StackName, DeploymentRequest.optional()]), right: "deploy" },
    cancelPipeline: { args: z.tuple([id]), right: "deploy" },
    /** From a job on, by its name; without one from those that failed. What a deployment ran for deploys again. */
    retryPipeline: { args: z.tuple([id, z.string().max(255).optional()]), right: "deploy" },
    /** Starts a manual job. */
    startJob: { args: z.tuple([id]), right: "deploy" },
    /** Of a job, or of a pipeline that has no deployment. */
    subscribeJobLog: { args: z.tuple([id, LogRange.optional()]), right: "read" },
    unsubscribeJobLog: { args: z.tuple([id]), right: "read" },
    /** As it stands in the newest commit that is known of the stack's branch. */
    getPipelineFile: { args: z.tuple([StackName]), right: "read" },
    validatePipeline: { args: z.tuple([StackName, PipelineText]), right: "read" },
} as const satisfies Record<string, EventDefinition>;

export type CicdEvent = keyof typeof cicdEvents;

/** What a good answer to each event carries beside `ok: true`. */
export interface CicdAnswers {
    getGitRepository: { repository: GitRepository | null };
    saveGitRepository: { repository: GitRepository };
    deleteGitRepository: object;
    testGitConnection: { branches: string[]; defaultBranch: string; composePaths: string[] };
    acceptHostKey: { repository: GitRepository };
    syncRepository: Synced;
    getBuildConfig: { buildConfig: BuildConfig | null };
    saveBuildConfig: { buildConfig: BuildConfig };
    triggerBuild: { deployment: Deployment };
    previewDeployment: { preview: Preview };
    cancelBuild: { deployment: Deployment };
    approveDeployment: { deployment: Deployment };
    rejectDeployment: { deployment: Deployment };
    getDeploymentPreview: { preview: Preview };
    rollbackDeployment: { deployment: Deployment };
    getDeploymentDetails: { deployment: Deployment };
    getDeploymentHealth: { health: DeploymentHealth | null };
    getDeploymentHistory: { deployments: Deployment[]; nextCursor: string | null };
    getRecentDeployments: { deployments: readonly Deployment[] };
    subscribeBuildLog: { lines: LogLine[]; firstSeq: number; lastSeq: number };
    unsubscribeBuildLog: object;
    getWebhookEvents: { events: WebhookEvent[]; nextCursor: string | null };
    redeliverWebhookEvent: { event: WebhookEvent };
    getWebhookSecret: WebhookAccess;
    getRepositoryHook: { hook: RepositoryHook };
    createRepositoryHook: { hook: RepositoryHook };
    removeRepositoryHook: { hook: RepositoryHook };
    getStackDrift: { drift: Drift };
    restoreStack: { deployment: Deployment };
    getReleases: { releases: ReleaseSummary[]; nextCursor: string | null };
    compareReleases: { comparison: ReleaseComparison };
    unpinStack: object;
    getRepositories: { repositories: ConnectedRepository[]; nextCursor: string | null };
    makeDeployKey: DeployKey;
    discoverRepository: Discovery;
    connectStacks: ConnectedStacks;
    getRegistries: { registries: Registry[]; nextCursor: string | null };
    saveRegistry: { registry: Registry };
    deleteRegistry: object;
    getTargets: { targets: DeployTarget[]; nextCursor: string | null };
    saveTarget: { target: DeployTarget };
    deleteTarget: object;
    testTarget: { check: TargetCheck };
    acceptTargetHostKey: { target: DeployTarget };
    testRegistry: object;
    getDiskUse: { disk: DiskUse };
    getDiskWarnings: { warnings: string[] };
    cleanUp: { report: CleanUpReport };
    getPipelines: { pipelines: PipelineRun[]; nextCursor: string | null; branches: string[]; badge: string };
    getPipeline: { pipeline: PipelineRun };
    runPipeline: { pipeline: PipelineRun };
    cancelPipeline: { pipeline: PipelineRun };
    retryPipeline: { pipeline: PipelineRun };
    startJob: { pipeline: PipelineRun };
    subscribeJobLog: { lines: LogLine[]; firstSeq: number; lastSeq: number };
    unsubscribeJobLog: object;
    getPipelineFile: { file: PipelineSource };
    validatePipeline: { checked: CheckedPipeline };
}

/** The plugin's pushes, through `socket.on("agent", (event, payload))`; the proxy adds `endpoint`. */
export interface CicdPushes {
    deploymentStatusUpdate: { deployment: Deployment };
    /** What verifying sees: at most four a second of a deployment. */
    deploymentHealthUpdate: DeploymentHealth;
    buildLogUpdate: { deploymentId: string; lines: LogLine[] };
    /** A run or one of its jobs has changed. */
    pipelineUpdate: { pipeline: PipelineRun };
    jobLogUpdate: { jobId: string; lines: LogLine[] };
    /** A delivery was stored. */
    webhookEventUpdate: { stackName: string; id: string; verdict: WebhookVerdict };
    /** A stack was pinned to a release, or unpinned. */
    stackPinUpdate: { stackName: string; pinned: PinnedRelease | null };
    gitRepositoryUpdate: { stackName: string; repository: GitRepository | null };
}
