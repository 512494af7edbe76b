import { awaitingApproval } from "../../common/schema/deployment.ts";
import { cicdEvents } from "../../common/socket/cicd-events.ts";
import type { ApiTokenStore } from "./core/api-token.ts";
import type { BuildConfigStore } from "./core/build-config.ts";
import type { Clock } from "./core/clock.ts";
import type { DeployTargetStore } from "./core/deploy-target.ts";
import { awaitsApproval, type DeploymentRecord, type DeploymentStore } from "./core/deployment.ts";
import type { DiskMeter } from "./core/disk-meter.ts";
import type { Engine } from "./core/engine.ts";
import type { Files } from "./core/files.ts";
import type { Git } from "./core/git.ts";
import type { RepositoryStore } from "./core/git-repository.ts";
import type { HookApis } from "./core/hook-api.ts";
import type { Host } from "./core/host.ts";
import type { HttpProbe } from "./core/http-probe.ts";
import type { Login } from "./core/login.ts";
import type { LogStore } from "./core/log-stream.ts";
import type { DiskGauges, Metrics } from "./core/metrics.ts";
import type { FindOwnContainer } from "./core/own-container.ts";
import type { JobExecutor } from "./core/job-executor.ts";
import type { RegistryStore } from "./core/registry.ts";
import type { DockerConfigs, LookUpHost } from "./core/registry-login.ts";
import type { RegistryWebhooks } from "./core/registry-push.ts";
import type { ReleaseStore } from "./core/release.ts";
import type { RemoteMachines } from "./core/remote-machine.ts";
import type { PipelineStore } from "./core/pipeline-run.ts";
import type { Schedules } from "./core/schedule.ts";
import type { Ssh } from "./core/ssh.ts";
import type { StackStateStore } from "./core/stack-state.ts";
import type { TargetHost } from "./core/target-host.ts";
import type { TextDiff } from "./core/text-diff.ts";
import type { WebhookEventStore, WebhookProvider } from "./core/webhook-event.ts";
import type { GitProvider } from "../../common/schema/git-repository.ts";
import { createRouters } from "./edges.ts";
import { createLife } from "./life.ts";
import { announcedEvents } from "./services/announce-deliveries.ts";
import { createAnnounce } from "./services/announcements.ts";
import { approvalServices } from "./services/approval-services.ts";
import { cancelDeployment } from "./services/cancel-deployment.ts";
import { createUndoneCheck } from "./services/check-undone.ts";
import { type CicdServices, createCicdServices } from "./services/cicd-services.ts";
import { deploymentQueue } from "./services/deployment-queue.ts";
import { createDeployer } from "./services/deployer.ts";
import { createDeploymentHealths } from "./services/deployment-healths.ts";
import { keepDisk } from "./services/disk.ts";
import { createElsewhere, type LiveElsewhere } from "./services/elsewhere.ts";
import { createEnqueue, type Enqueue } from "./services/enqueue-deployment.ts";
import { forgetJobFiles } from "./services/forget-job-files.ts";
import type { JobFiles } from "./services/pipelines/job-files.ts";
import { previewBuilt } from "./services/preview-kept.ts";
import { receiveRegistryPush } from "./services/receive-registry-push.ts";
import { receiveWebhook } from "./services/receive-webhook.ts";
import type { RealAddress } from "./services/address-keys.ts";
import { createMachines } from "./services/machines.ts";
import { recover } from "./services/recover.ts";
import { redeliverWebhook } from "./services/redeliver-webhook.ts";
import { withPins } from "./services/pin-stack.ts";
import { announcedPipelines } from "./services/pipelines/announced-pipelines.ts";
import { createAnnouncePipelines } from "./services/pipelines/announce-pipelines.ts";
import type { EnqueuePipeline } from "./services/pipelines/enqueue-pipeline.ts";
import { createPipelines } from "./services/pipelines/server-pipelines.ts";
import { findDrift } from "./services/find-drift.ts";
import { restoreLive } from "./services/restore-live.ts";
import { rollBackTo } from "./services/roll-back-to.ts";
import { createRunningDeployments } from "./services/running-deployments.ts";
import { allKeptImages } from "./services/kept-images.ts";
import { registryLoginFor } from "./services/registry-engine.ts";
import type { GlobalEnvironmentPorts } from "./services/global-environment.ts";
import { hostEnvironment } from "./services/stack-environment.ts";
import { syncRepository } from "./services/sync-repository.ts";
import { testRegistry } from "./services/test-registry.ts";
import { triggerDeployment } from "./services/trigger-deployment.ts";
import { createTriggers, type Triggers, withChanges } from "./services/triggers.ts";
import { withElsewhere } from "./services/with-elsewhere.ts";
import { createWorker } from "./services/worker.ts";
import { cicdHandlers } from "./socket/events.ts";

/** Everything of the outside that the plugin needs. */
export interface PluginPorts extends GlobalEnvironmentPorts {
    readonly host: Host;
    readonly deployments: DeploymentStore;
    readonly repositories: RepositoryStore;
    readonly buildConfigs: BuildConfigStore;
    readonly imageRegistries: RegistryStore;
    readonly deployTargets: DeployTargetStore;
    readonly machines: RemoteMachines;
    readonly dockerConfigs: DockerConfigs;
    readonly lookUpHost: LookUpHost;
    readonly events: WebhookEventStore;
    readonly stackStates: StackStateStore;
    readonly releases: ReleaseStore;
    readonly logs: LogStore;
    /** Of the jobs of pipelines, and of the runs that belong to no deployment, by their ids. */
    readonly jobLogs: LogStore;
    readonly pipelines: PipelineStore;
    readonly jobFiles: JobFiles;
    readonly executor: JobExecutor;
    readonly tokens: ApiTokenStore;
    readonly git: Git;
    readonly ssh: Ssh;
    readonly engine: Engine;
    readonly findOwnContainer: FindOwnContainer;
    readonly target: TargetHost;
    readonly files: Files;
    readonly probe: HttpProbe;
    readonly clock: Clock;
    readonly metrics: Metrics & DiskGauges;
    readonly providers: ReadonlyMap<GitProvider, WebhookProvider>;
    readonly registries: RegistryWebhooks;
    readonly hookApis: HookApis;
    readonly login: Login;
    readonly realAddress: RealAddress;
    /** Whether one more failing webhook of this hook and address may be stored. */
    readonly mayStoreFailure: (key: string) => Promise<boolean>;
    /** A keyed hash: its results stand in labels, and must not give away what went in. */
    readonly hash: (text: string) => string;
    readonly diff: TextDiff;
    readonly meter: DiskMeter;
    readonly schedules: Schedules;
    /** In [0, 1). */
    readonly random: () => number;
    /** Something that the server's log should tell. */
    readonly onNotice: (message: string) => void;
    readonly onError: (error: unknown) => void;
}

export interface PluginOptions {
    readonly baseUrl: string;
    readonly version: string;
    readonly metricsPublic: boolean;
    readonly stabilitySeconds: number;
    readonly maxConcurrentDeployments: number;
    /** Of those that run alone. */
    readonly maxConcurrentPipelines: number;
    /** This server's name in leases and on containers; new at every start. */
    readonly serverId: string;
    /** This server's name on the machines that it deploys to: unique, and the same after a restart. */
    readonly serverName: string;
    /** The bound of the engine's build cache; undefined where it is left alone. */
    readonly buildCacheLimitBytes?: number | undefined;
}

/** A deleted stack keeps its history; its repository's keys, hook and mirror go, and its releases with their secrets. */
async function forgetStack(releases: ReleaseStore, services: CicdServices, stack: string): Promise<void> {
    if ((await services.findRepository(stack)) !== undefined) {
        await services.disconnectRepository({ stack, caller: { username: "", via: "login", rights: ["admin"] } });
    }
    for (const id of await releases.list(stack)) {
        await releases.remove(id);
    }
}

/** Every connected stack with the status of its newest deployment: the badge in the list. */
async function stackBadges(
    ports: Pick<PluginPorts, "repositories" | "deployments">,
): Promise<ReadonlyMap<string, string | undefined>> {
    const [repositories, latest] = await Promise.all([ports.repositories.list(), ports.deployments.latest()]);
    return new Map(repositories.map(({ stackId }) => [stackId, listedStatus(latest.get(stackId))]));
}

function listedStatus(latest: DeploymentRecord | undefined): string | undefined {
    return latest !== undefined && awaitsApproval(latest) ? awaitingApproval : latest?.status;
}

/** What takes deliveries, and what looks at some of them afterwards. */
function createReceivers(
    ports: PluginPorts & { readonly enqueue: Enqueue; readonly enqueuePipeline: EnqueuePipeline },
) {
    const undone = createUndoneCheck(ports);
    const deciding = { ...ports, checkUndone: undone.check };
    const receive = { receiveWebhook: receiveWebhook(deciding), receiveRegistryPush: receiveRegistryPush(ports) };
    return { redeliver: redeliverWebhook(deciding), receive, undone };
}

/** What the host shows of CI/CD in its own list and pages. */
function createStackExtension(ports: PluginPorts, services: CicdServices, elsewhere: LiveElsewhere) {
    return {
        elsewhere: () => elsewhere.current(),
        badges: () => stackBadges(ports),
        environment: (stack: string) => hostEnvironment(ports, stack),
        details: (stack: string) => services.extendStack(stack),
        registryLogin: (stack: string, image: string) => registryLoginFor(ports, stack, image),
        keptImages: () => allKeptImages(ports),
    };
}

function followStackActions({ host, stackStates, releases }: PluginPorts, services: CicdServices): void {
    host.onStackAction(async (stack, action) => {
        await stackStates.setStopped(stack, action === "stopped");
        if (action === "deleted") {
            await stackStates.setPin(stack, undefined);
            await forgetStack(releases, services, stack);
        }
    });
}

/** What puts another release in the place of the one that runs, and what differs from it. */
function releaseServices(
    ports: Parameters<typeof cancelDeployment>[0] &
        Parameters<typeof rollBackTo>[0] &
        Parameters<typeof findDrift>[0] &
        Parameters<typeof restoreLive>[0],
) {
    return {
        cancelDeployment: (call: Parameters<typeof cancelDeployment>[1]) => cancelDeployment(ports, call),
        rollBackTo: (call: Parameters<typeof rollBackTo>[1]) => rollBackTo(ports, call),
        findDrift: (stack: Parameters<typeof findDrift>[1]) => findDrift(ports, stack),
        restoreLive: (call: Parameters<typeof restoreLive>[1]) => restoreLive(ports, call),
    };
}

/** The same ports, whose stores tell browsers, triggers and the host's list of what changes, whoever changes it. */
function tellingPorts(
    given: PluginPorts,
    told: () => { readonly elsewhere: LiveElsewhere; readonly triggers: Triggers },
): PluginPorts {
    const announcing = withPins({ ...given, events: announcedEvents(given.events, given.host) });
    const placed = withElsewhere(announcing, {
        changed: (stack) => told().elsewhere.changed(stack),
        targetChanged: (id) => told().elsewhere.targetChanged(id),
    });
    return withChanges(placed, (stack) => {
        told().triggers.changed(stack);
        told().elsewhere.changed(stack);
    });
}

/** The CI/CD plugin: routers and socket handlers for its host to serve, and the worker that runs deployments. */
export function createCicdPlugin(given: PluginPorts, options: PluginOptions) {
    const announcePipeline = createAnnouncePipelines(given);
    const announced = { ...given, pipelines: announcedPipelines(given.pipelines, announcePipeline) };
    const ports = tellingPorts(announced, () => ({ elsewhere, triggers }));
    const { host } = ports;
    const running = createRunningDeployments();
    const directory = `${host.dataDirectory}/cicd`;
    const workspacesDirectory = `${directory}/workspaces`;
    const { serverId: owner, maxConcurrentDeployments: concurrency } = options;
    const pipelines = createPipelines({ ...ports, ...options, announcePipeline, workspacesDirectory });
    const announce = pipelines.engine.announcing(createAnnounce(ports));
    const healths = createDeploymentHealths(ports);
    const shared = { ...ports, running, announce, healths, wake: () => worker.wake() };
    const stackMachines = createMachines(ports);
    const elsewhere = createElsewhere({ ...ports, stackMachines, serverName: options.serverName });
    const { buildCacheLimitBytes, baseUrl } = options;
    const disk = keepDisk({ ...ports, stackMachines, buildCacheLimitBytes }, directory);
    const deployer = createDeployer(
        {
            ...shared,
            logs: disk.logs,
            stackMachines,
            runPipelinePhase: pipelines.engine.runPhase,
            previewRelease: (...given) => previewBuilt({ ...ports, stackMachines }, ...given),
        },
        { ...options, workspacesDirectory, replacedDirectory: `${directory}/replaced` },
    );
    const queue = deploymentQueue(ports.deployments);
    const worker = createWorker({ ...shared, queue, owner, concurrency, run: deployer.deploy });
    const enqueue = createEnqueue(shared);
    const { redeliver, receive, undone } = createReceivers({ ...ports, ...pipelines.verbs, enqueue });
    const following = { ...ports, ...pipelines.verbs, enqueue, baseUrl };
    const triggers = createTriggers(following);
    const services = createCicdServices({
        ...{ ...ports, ...pipelines.verbs, healths, enqueue, baseUrl },
        disk: disk.services,
        forgetJobFiles: (stack) => forgetJobFiles({ ...ports, cachesDirectory: `${directory}/caches` }, stack),
        syncRepository: (call) => syncRepository(following, call),
        triggerDeployment: (call) => triggerDeployment({ ...ports, enqueue }, call),
        previewDeployment: (call) => deployer.preview(call),
        ...approvalServices({ ...shared, stackMachines }),
        ...releaseServices({ ...shared, stackMachines }),
        redeliverWebhook: redeliver,
        testRegistry: (test) => testRegistry({ ...ports, workspacesDirectory }, test),
    });
    followStackActions(ports, services);
    return {
        routers: createRouters(ports, options, services, receive),
        socketEvents: cicdEvents,
        socketHandlers: cicdHandlers(services),
        stackExtension: createStackExtension(ports, services, elsewhere),
        ...createLife({
            ...{ elsewhere, triggers, disk, undone, stackMachines, workers: [worker, pipelines.worker] },
            recover: () =>
                recover({ ...shared, worker, workspacesDirectory, closeLeftRuns: pipelines.engine.closeLeft }),
            resumePipelines: () => pipelines.worker.resume(),
        }),
    };
}
