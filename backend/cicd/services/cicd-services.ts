import { AppError } from "../../../common/errors.ts";
import type { ApiToken, ApiTokenInput, CreatedApiToken } from "../../../common/schema/api-token.ts";
import type { BuildConfig } from "../../../common/schema/build-config.ts";
import type { ConnectedRepository } from "../../../common/schema/connected-repository.ts";
import type { Deployment, DeploymentRequest } from "../../../common/schema/deployment.ts";
import type { DeploymentHealth } from "../../../common/schema/deployment-health.ts";
import type { ConnectedStacks, DeployKey, Discovery } from "../../../common/schema/discovery.ts";
import type { Drift } from "../../../common/schema/drift.ts";
import type { GitRepository } from "../../../common/schema/git-repository.ts";
import type { LogLine, LogRange } from "../../../common/schema/log-line.ts";
import type { PageQuery } from "../../../common/schema/page.ts";
import type { Preview } from "../../../common/schema/preview.ts";
import type { Synced } from "../../../common/schema/synced.ts";
import type { RepositoryHook } from "../../../common/schema/repository-hook.ts";
import type { RestStack, StackCICDExtension } from "../../../common/schema/stack.ts";
import type { WebhookAccess } from "../../../common/schema/webhook-access.ts";
import type { WebhookEvent } from "../../../common/schema/webhook-event.ts";
import type { ApiTokenStore } from "../core/api-token.ts";
import type { BuildConfigStore } from "../core/build-config.ts";
import type { Clock } from "../core/clock.ts";
import type { DeploymentRecord, DeploymentStore } from "../core/deployment.ts";
import { viewRepository, type RepositoryRecord, type RepositoryStore } from "../core/git-repository.ts";
import type { Git } from "../core/git.ts";
import type { HookApis } from "../core/hook-api.ts";
import type { Caller, Host } from "../core/host.ts";
import type { LogStore } from "../core/log-stream.ts";
import type { PipelineStore } from "../core/pipeline-run.ts";
import type { Login } from "../core/login.ts";
import type { RegistryWebhooks } from "../core/registry-push.ts";
import type { ReleaseStore } from "../core/release.ts";
import type { Schedules } from "../core/schedule.ts";
import type { Ssh } from "../core/ssh.ts";
import type { StackStateStore } from "../core/stack-state.ts";
import { viewWebhookEvent, type WebhookEventRecord, type WebhookEventStore } from "../core/webhook-event.ts";
import { acceptHostKey, type AcceptCall } from "./accept-host-key.ts";
import { createApiToken, listApiTokens, revokeApiToken } from "./api-tokens.ts";
import { findBuildConfig, saveBuildConfig, type SaveBuildConfigCall } from "./build-configs.ts";
import { connectRepository, type ConnectRequest } from "./connect-repository.ts";
import { connectStacks, type ConnectStacksRequest } from "./connect-stacks.ts";
import { followToEnd, readWholeLog, type FollowRequest } from "./deployment-log.ts";
import type { Followed } from "./follow-remote.ts";
import { createDeployKeys } from "./deploy-keys.ts";
import type { DiskServices } from "./disk-services.ts";
import { disconnectRepository } from "./disconnect-repository.ts";
import type { DeploymentHealths } from "./deployment-healths.ts";
import { discoverStacks, type DiscoverRequest } from "./discover-stacks.ts";
import { LogFollower, type FollowOptions } from "./follow-log.ts";
import { findDeployment, listDeployments } from "./list-deployments.ts";
import { listRepositories } from "./list-repositories.ts";
import { findStack, listStacks, requireStack } from "./list-stacks.ts";
import { listWebhookEvents } from "./list-webhook-events.ts";
import type { MutablePage } from "./page.ts";
import {
    pipelineFileServices,
    type PipelineFileServicePorts,
    type PipelineFileServices,
} from "./pipelines/pipeline-file-services.ts";
import { findArtifacts, type ArtifactArchive } from "./pipelines/find-artifacts.ts";
import type { JobFiles } from "./pipelines/job-files.ts";
import { pipelineServices, type PipelineServicePorts, type PipelineServices } from "./pipelines/pipeline-services.ts";
import { recentDeployments } from "./recent-deployments.ts";
import { registryServices, type RegistryServicePorts, type RegistryServices } from "./registry-services.ts";
import { releaseServices, type ReleaseServicePorts, type ReleaseServices } from "./release-services.ts";
import { createRepositoryHook, findRepositoryHook, removeRepositoryHook, type HookCall } from "./repository-hook.ts";
import { extendStack } from "./stack-extension.ts";
import type { SyncCall } from "./sync-repository.ts";
import { targetServices, type TargetServicePorts, type TargetServices } from "./target-services.ts";
import { testRepository, type ConnectionTest, type TestRequest } from "./test-repository.ts";
import { viewOne } from "./view-deployments.ts";
import { webhookAccess } from "./webhook-access.ts";

interface StackCall {
    readonly stack: string;
    readonly request: DeploymentRequest;
    readonly caller: Caller;
}

interface IdCall {
    readonly id: string;
    readonly caller: Caller;
}

interface KeptCall {
    readonly id: string;
    readonly signal: AbortSignal;
}

/** What the edges' use cases need. The deployment engine's own verbs come in as functions. */
export interface CicdServicePorts
    extends
        RegistryServicePorts,
        TargetServicePorts,
        ReleaseServicePorts,
        PipelineServicePorts,
        PipelineFileServicePorts {
    readonly repositories: RepositoryStore;
    readonly buildConfigs: BuildConfigStore;
    readonly deployments: DeploymentStore;
    readonly pipelines: PipelineStore;
    readonly events: WebhookEventStore;
    readonly stackStates: StackStateStore;
    readonly releases: Pick<ReleaseStore, "list" | "find" | "filesDirectory">;
    readonly registries: Pick<RegistryWebhooks, "token">;
    readonly hookApis: HookApis;
    readonly logs: LogStore;
    readonly healths: Pick<DeploymentHealths, "find">;
    readonly tokens: ApiTokenStore;
    readonly git: Git;
    readonly ssh: Ssh;
    readonly host: Pick<Host, "listStacks" | "createStackDirectory" | "push" | "refreshStacks">;
    readonly clock: Clock;
    readonly schedules: Schedules;
    /** This server's public address, without a trailing slash. */
    readonly baseUrl: string;
    readonly login: Login;
    readonly disk: DiskServices;
    /** Removes what a stack's jobs have left. */
    readonly forgetJobFiles: (stack: string) => Promise<void>;
    readonly jobFiles: Pick<JobFiles, "archiveOf">;
    triggerDeployment(call: StackCall): Promise<DeploymentRecord>;
    previewDeployment(call: StackCall & { readonly signal: AbortSignal }): Promise<Preview>;
    previewKept(call: KeptCall): Promise<Preview>;
    approveDeployment(call: IdCall): Promise<DeploymentRecord>;
    rejectDeployment(call: IdCall): Promise<DeploymentRecord>;
    cancelDeployment(call: IdCall): Promise<DeploymentRecord>;
    rollBackTo(call: IdCall): Promise<DeploymentRecord>;
    findDrift(stack: string): Promise<Drift>;
    restoreLive(call: { readonly stack: string; readonly caller: Caller }): Promise<DeploymentRecord>;
    redeliverWebhook(call: IdCall): Promise<WebhookEventRecord>;
    syncRepository(call: SyncCall): Promise<Followed>;
    /** Told of bugs that must not undo what else was asked for. */
    readonly onError: (error: unknown) => void;
}

/** Every use case that REST and the sockets offer, with answers as the outside sees them. Throws AppError. */
export interface CicdServices
    extends RegistryServices, TargetServices, ReleaseServices, PipelineServices, PipelineFileServices, DiskServices {
    readonly login: Login;
    listStacks(page: PageQuery): Promise<MutablePage<RestStack>>;
    findStack(name: string): Promise<RestStack>;
    extendStack(name: string): Promise<StackCICDExtension>;
    findRepository(stack: string): Promise<GitRepository | undefined>;
    findWebhookAccess(stack: string): Promise<WebhookAccess>;
    /** The webhook as the repository's provider knows it. */
    findRepositoryHook(call: HookCall): Promise<RepositoryHook>;
    /** Makes the webhook at the provider, or brings it up to date. */
    createRepositoryHook(call: HookCall): Promise<RepositoryHook>;
    removeRepositoryHook(call: HookCall): Promise<RepositoryHook>;
    connectRepository(request: ConnectRequest): Promise<GitRepository>;
    disconnectRepository(call: { readonly stack: string; readonly caller: Caller }): Promise<void>;
    testRepository(request: TestRequest): Promise<ConnectionTest>;
    /** Pins another SSH host key. */
    acceptHostKey(call: AcceptCall): Promise<GitRepository>;
    /** Asks the repository for new commits now, and deploys them as a poll would. */
    syncRepository(call: SyncCall): Promise<Synced>;
    listRepositories(page: PageQuery): Promise<MutablePage<ConnectedRepository>>;
    /** Makes an SSH key before anything is saved. */
    makeDeployKey(caller: Caller): DeployKey;
    discoverStacks(request: DiscoverRequest): Promise<Discovery>;
    connectStacks(request: ConnectStacksRequest): Promise<ConnectedStacks>;
    findBuildConfig(stack: string): Promise<BuildConfig | undefined>;
    saveBuildConfig(call: SaveBuildConfigCall): Promise<BuildConfig>;
    triggerDeployment(call: StackCall): Promise<Deployment>;
    previewDeployment(call: StackCall & { readonly signal: AbortSignal }): Promise<Preview>;
    /** What putting a deployment's kept release live now would change. */
    previewKept(call: KeptCall): Promise<Preview>;
    approveDeployment(call: IdCall): Promise<Deployment>;
    rejectDeployment(call: IdCall): Promise<Deployment>;
    cancelDeployment(call: IdCall): Promise<Deployment>;
    rollBackTo(call: IdCall): Promise<Deployment>;
    findDrift(stack: string): Promise<Drift>;
    restoreLive(call: { readonly stack: string; readonly caller: Caller }): Promise<Deployment>;
    findDeployment(id: string): Promise<Deployment>;
    /** What verifying it saw last; undefined where it has not come to that, or is long over. */
    findDeploymentHealth(id: string): Promise<DeploymentHealth | undefined>;
    listDeployments(stack: string, page: PageQuery): Promise<MutablePage<Deployment>>;
    /** Each stack's newest, newest first. */
    recentDeployments(limit: number): Promise<readonly Deployment[]>;
    readLog(id: string, range: LogRange): Promise<readonly LogLine[]>;
    readWholeLog(id: string): AsyncGenerator<readonly LogLine[], void>;
    /** Follows a log until stopped. */
    followLog(options: Omit<FollowOptions, "logs">): LogFollower;
    /** Follows a log until the deployment ends; answers how it ended. */
    followToEnd(request: FollowRequest): Promise<Deployment>;
    /** A job's archive, to be downloaded. */
    findArtifacts(id: string): Promise<ArtifactArchive>;
    listWebhookEvents(stack: string, page: PageQuery): Promise<MutablePage<WebhookEvent>>;
    redeliverWebhook(call: IdCall): Promise<WebhookEvent>;
    listApiTokens(page: PageQuery): Promise<MutablePage<ApiToken>>;
    createApiToken(call: { readonly input: ApiTokenInput; readonly caller: Caller }): Promise<CreatedApiToken>;
    revokeApiToken(id: string): Promise<void>;
}

/** The use cases over their ports. */
export function createCicdServices(ports: CicdServicePorts): CicdServices {
    return {
        login: ports.login,
        ...stackServices(ports),
        ...deploymentServices(ports),
        ...registryServices(ports),
        ...targetServices(ports),
        ...releaseServices(ports),
        ...pipelineServices(ports),
        ...pipelineFileServices(ports),
        ...ports.disk,
        findArtifacts: (id) => findArtifacts(ports, id),
        listApiTokens: (page) => listApiTokens(ports, page),
        createApiToken: (call) => createApiToken(ports, { ...call, now: ports.clock.now() }),
        revokeApiToken: (id) => revokeApiToken(ports, id),
    };
}

function stackServices(ports: CicdServicePorts) {
    const deployKeys = createDeployKeys(ports);
    return {
        listStacks: (page) => listStacks(ports, page),
        findStack: (name) => findStack(ports, name),
        extendStack: (name) => extendStack(ports, name),
        async findRepository(stack) {
            const record = await ports.repositories.findByStack(stack);
            return record && viewRepository(record, ports.baseUrl);
        },
        findWebhookAccess: async (stack) => webhookAccess(ports, await requireRepository(ports, stack)),
        findRepositoryHook: (call) => findRepositoryHook(ports, call),
        createRepositoryHook: (call) => createRepositoryHook(ports, call),
        removeRepositoryHook: (call) => removeRepositoryHook(ports, call),
        connectRepository: (request) => connectRepository(ports, request),
        disconnectRepository: (call) => disconnectRepository(ports, call),
        testRepository: (request) => testRepository(ports, request),
        acceptHostKey: (call) => acceptHostKey(ports, call),
        async syncRepository(call) {
            const { deployment, ...found } = await ports.syncRepository(call);
            return { ...found, deployment: deployment && (await viewOne(ports, deployment)) };
        },
        listRepositories: (page) => listRepositories(ports, page),
        makeDeployKey: (caller) => deployKeys.make(caller),
        discoverStacks: (request) => discoverStacks({ ...ports, deployKeys }, request),
        connectStacks: (request) =>
            connectStacks(
                { ...ports, deployKeys, deploy: async (call) => viewOne(ports, await ports.triggerDeployment(call)) },
                request,
            ),
        findBuildConfig: (stack) => findBuildConfig(ports, stack),
        saveBuildConfig: (call) => saveBuildConfig(ports, call),
    } satisfies Partial<CicdServices>;
}

function deploymentServices(ports: CicdServicePorts) {
    return {
        triggerDeployment: async (call) => viewOne(ports, await ports.triggerDeployment(call)),
        previewDeployment: (call) => ports.previewDeployment(call),
        previewKept: (call) => ports.previewKept(call),
        approveDeployment: async (call) => viewOne(ports, await ports.approveDeployment(call)),
        rejectDeployment: async (call) => viewOne(ports, await ports.rejectDeployment(call)),
        cancelDeployment: async (call) => viewOne(ports, await ports.cancelDeployment(call)),
        rollBackTo: async (call) => viewOne(ports, await ports.rollBackTo(call)),
        findDrift: (stack) => ports.findDrift(stack),
        restoreLive: async (call) => viewOne(ports, await ports.restoreLive(call)),
        findDeployment: async (id) => viewOne(ports, await findDeployment(ports, id)),
        findDeploymentHealth: async (id) => ports.healths.find((await findDeployment(ports, id)).id),
        async listDeployments(stack, page) {
            const found = await listDeployments(ports, stack, page);
            await requireUnlessFound(ports, stack, found.items);
            return found;
        },
        recentDeployments: (limit) => recentDeployments(ports, limit),
        readLog: async (id, range) => ports.logs.read((await findDeployment(ports, id)).id, range),
        readWholeLog: (id) => readWholeLog(ports, id),
        followLog: (options) => new LogFollower({ ...options, logs: ports.logs }),
        followToEnd: async (request) => viewOne(ports, await followToEnd(ports, request)),
        async listWebhookEvents(stack, page) {
            const found = await listWebhookEvents(ports, stack, page);
            await requireUnlessFound(ports, stack, found.items);
            return found;
        },
        redeliverWebhook: async (call) => viewWebhookEvent(await ports.redeliverWebhook(call)),
    } satisfies Partial<CicdServices>;
}

/** History outlives its stack: only where there is none must the stack exist. */
async function requireUnlessFound(ports: CicdServicePorts, stack: string, found: readonly unknown[]): Promise<void> {
    if (found.length === 0) {
        await requireStack(ports, stack);
    }
}

async function requireRepository(ports: CicdServicePorts, stack: string): Promise<RepositoryRecord> {
    const repository = await ports.repositories.findByStack(stack);
    if (repository === undefined) {
        throw new AppError("not_found", `repository: the stack "${stack}" is not connected to one; connect one first`);
    }
    return repository;
}
