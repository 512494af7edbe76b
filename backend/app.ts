import type { Agent } from "node:http";
import { hostname } from "node:os";
import { fileURLToPath } from "node:url";
import { cicdMigrations, hostMigrations } from "../db/knex_migrations/index.ts";
import { createJobArchives } from "./cicd/adapters/archive/job-archives.ts";
import { systemClock } from "./cicd/adapters/clock/system-clock.ts";
import { unifiedDiff } from "./cicd/adapters/diff/unified-diff.ts";
import { diskMeter } from "./cicd/adapters/disk/disk-meter.ts";
import { diskFiles } from "./cicd/adapters/disk/files.ts";
import { createEngine } from "./cicd/adapters/docker/engine.ts";
import { createImageTransfer } from "./cicd/adapters/docker/image-transfer.ts";
import { createDockerExecutor } from "./cicd/adapters/executor/docker-executor.ts";
import { createFindOwnContainer } from "./cicd/adapters/docker/own-container.ts";
import { probeFromHost } from "./cicd/adapters/docker/probe-from-host.ts";
import { createLogStore } from "./cicd/adapters/files/log-store.ts";
import { createReleaseStore } from "./cicd/adapters/files/release-store.ts";
import { removeOrphanedMirrors } from "./cicd/adapters/git/forget.ts";
import { createGit } from "./cicd/adapters/git/git.ts";
import { realAddress } from "./cicd/adapters/git/real-address.ts";
import { fetchProbe } from "./cicd/adapters/http-probe/fetch-probe.ts";
import { rememberBuildConfigs } from "./cicd/adapters/memory/remembered-build-configs.ts";
import { rememberRepositories } from "./cicd/adapters/memory/remembered-repositories.ts";
import { rememberStackStates } from "./cicd/adapters/memory/remembered-stack-states.ts";
import { createPrometheusMetrics } from "./cicd/adapters/metrics/prometheus.ts";
import { cronSchedules } from "./cicd/adapters/schedule/cron-schedules.ts";
import { createHookApis } from "./cicd/adapters/provider-api/index.ts";
import { createDockerConfigs } from "./cicd/adapters/process/docker-configs.ts";
import { createLocalHost } from "./cicd/adapters/process/local-host.ts";
import { lookUpHost } from "./cicd/adapters/registry/look-up-host.ts";
import { createSshMachines } from "./cicd/adapters/ssh/machines.ts";
import { createBuildConfigStore } from "./cicd/adapters/sqlite/build-config-store.ts";
import { createDeployTargetStore } from "./cicd/adapters/sqlite/deploy-target-store.ts";
import { createDeploymentStore } from "./cicd/adapters/sqlite/deployment-store.ts";
import { createLogChunkStore } from "./cicd/adapters/sqlite/log-chunk-store.ts";
import { createKeyFiles, type KeyFiles } from "./cicd/adapters/ssh-keys/key-files.ts";
import { keepKeysInFiles, removeOrphanedKeys } from "./cicd/adapters/ssh-keys/keyed-repositories.ts";
import { createPipelineStore } from "./cicd/adapters/sqlite/pipeline-store.ts";
import { createRegistryStore } from "./cicd/adapters/sqlite/registry-store.ts";
import { keepTargetKeysInFiles } from "./cicd/adapters/ssh-keys/keyed-targets.ts";
import { createRepositoryStore } from "./cicd/adapters/sqlite/repository-store.ts";
import { createStackStateStore } from "./cicd/adapters/sqlite/stack-state-store.ts";
import { createWebhookEventStore } from "./cicd/adapters/sqlite/webhook-event-store.ts";
import { webhookProviders } from "./cicd/adapters/webhooks/index.ts";
import { registryWebhooks } from "./cicd/adapters/webhooks/registry/index.ts";
import type { Host } from "./cicd/core/host.ts";
import { type FindOwnContainer, ownStackTrouble, stacksDirectoryTrouble } from "./cicd/core/own-container.ts";
import { createJobFiles } from "./cicd/services/pipelines/job-files.ts";
import { createCicdPlugin, type PluginPorts } from "./cicd/plugin.ts";
import type { Config } from "./config.ts";
import { dockerAddress } from "./docker-address.ts";
import { memoryRateLimit } from "./host/adapters/rate-limit/memory.ts";
import { createSecretBox } from "./host/adapters/secret-box/secret-box.ts";
import { createAgentStore } from "./host/adapters/sqlite/agent-store.ts";
import { createApiTokenStore } from "./host/adapters/sqlite/api-token-store.ts";
import { createLoginSessionStore } from "./host/adapters/sqlite/login-session-store.ts";
import { createRecoveryCodeStore } from "./host/adapters/sqlite/recovery-code-store.ts";
import { createSettingStore } from "./host/adapters/sqlite/setting-store.ts";
import { createUserStore } from "./host/adapters/sqlite/user-store.ts";
import { createHost, type EmbeddedHost } from "./host/host.ts";
import { AppError } from "../common/errors.ts";
import { createCipher } from "./platform/crypto/cipher.ts";
import { loadEncryptionKey } from "./platform/crypto/encryption-key.ts";
import { keyedHash } from "./platform/crypto/hash.ts";
import { randomId } from "./platform/crypto/random-id.ts";
import { connectDocker, type DockerClient } from "./platform/docker/client.ts";
import type { Logger } from "./platform/log/logger.ts";
import { type Database, openDatabase } from "./platform/sqlite/database.ts";
import { migrate } from "./platform/sqlite/migrate.ts";

export interface App {
    readonly address: string;
    /** Deployments and pipelines that went on after a restart. */
    readonly resumed: number;
    stop(): Promise<void>;
}

/** Opens the database and brings its tables up to date: Dockge's by Dockge's names, the plugin's in a table of their own. */
export async function openData(config: Pick<Config, "dataDirectory">): Promise<Database> {
    const database = openDatabase(`${config.dataDirectory}/dockge.db`);
    await migrate(database.knex, hostMigrations, "knex_migrations");
    await migrate(database.knex, cicdMigrations, "cicd_migrations");
    return database;
}

/** Puts host and plugin together and starts them. */
export async function startApp(config: Config, log: Logger, version: string): Promise<App> {
    const docker = connectDocker(dockerAddress(config.dockerEnvironment));
    const findOwnContainer = createFindOwnContainer(docker);
    await checkOwnContainer(findOwnContainer, config);
    await diskFiles.makeDirectory(config.dataDirectory);
    const key = await loadEncryptionKey({
        fromEnvironment: config.encryptionKey,
        file: `${config.dataDirectory}/cicd/encryption.key`,
    });
    const database = await openData(config);
    const sqlite = { database, now: () => new Date() };
    const apiTokens = createApiTokenStore(sqlite);
    const host = await createHost({
        config,
        users: createUserStore(database),
        settings: createSettingStore(database),
        apiTokens,
        agentStore: createAgentStore(database),
        loginSessions: createLoginSessionStore(sqlite),
        recoveryCodes: createRecoveryCodeStore(sqlite),
        secrets: createSecretBox(createCipher(key)),
        docker,
        log,
        productVersion: version,
        pageDirectory: fileURLToPath(new URL("../frontend-dist", import.meta.url)),
        findTrouble: async (stack) => ownStackTrouble(await findOwnContainer(), stack),
    });
    const sshKeys = createKeyFiles(`${config.dataDirectory}/cicd/ssh`, createCipher(key));
    const own = { docker, findOwnContainer, engine: createEngine(docker, findOwnContainer) };
    const serverName = `${hostname()}-${keyedHash(key, "server name").slice(0, 8)}`;
    const ports = pluginPorts({ config, log, key, sshKeys, database, host, apiTokens, serverName, ...own });
    const plugin = createCicdPlugin(ports, {
        baseUrl: config.baseUrl ?? localAddress(config, config.port),
        version,
        metricsPublic: config.metricsPublic,
        stabilitySeconds: config.stabilitySeconds,
        buildCacheLimitBytes: config.buildCacheGib && config.buildCacheGib * 1024 ** 3,
        maxConcurrentDeployments: config.maxConcurrentDeployments,
        maxConcurrentPipelines: config.maxConcurrentPipelines,
        serverId: randomId(),
        serverName,
    });
    host.addRouters(plugin.routers);
    host.registerAgentEvents(plugin.socketEvents, plugin.socketHandlers);
    host.extendStacks(plugin.stackExtension);
    await removeOrphanedKeys(ports.repositories, ports.deployTargets, sshKeys).catch(ports.onError);
    await removeMirrors(ports, config).catch(ports.onError);
    const { port } = await host.start();
    const resumed = await plugin.start();
    return {
        address: localAddress(config, port),
        resumed,
        async stop() {
            await plugin.stop();
            await host.stop();
            await database.close();
        },
    };
}

/** In a container the wrong mounts would show up late, as empty folders in the stacks' containers. */
async function checkOwnContainer(findOwnContainer: FindOwnContainer, config: Config): Promise<void> {
    // Without an engine there are no stacks to run; it is looked for again when there are.
    const own = await findOwnContainer().catch(() => undefined);
    const trouble = own && stacksDirectoryTrouble(own, config.stacksDirectory);
    if (trouble !== undefined) {
        throw new AppError("invalid", trouble);
    }
}

/** What a crash has left of repositories that nobody is connected to any more. */
async function removeMirrors({ repositories }: PluginPorts, { dataDirectory }: Config): Promise<void> {
    const urls = (await repositories.list()).map(({ url }) => url);
    await removeOrphanedMirrors(`${dataDirectory}/cicd/repos`, urls);
}

interface Parts {
    readonly config: Config;
    readonly log: Logger;
    readonly key: Uint8Array;
    readonly sshKeys: KeyFiles;
    readonly database: Database;
    readonly host: EmbeddedHost;
    readonly apiTokens: PluginPorts["tokens"];
    readonly docker: DockerClient;
    readonly findOwnContainer: FindOwnContainer;
    readonly engine: PluginPorts["engine"];
    readonly serverName: string;
}

function pluginPorts(parts: Parts): PluginPorts {
    const { config, log, key, sshKeys, database, host, apiTokens, docker, findOwnContainer, engine } = parts;
    const cipher = createCipher(key);
    const directory = `${config.dataDirectory}/cicd`;
    const sqlite = { database, cipher, clock: systemClock };
    const deployments = createDeploymentStore(sqlite);
    const git = pluginGit(config, directory);
    const onError = (error: unknown): void => log.error({ err: error }, "something went wrong");
    const failures = memoryRateLimit(60, 60);
    return {
        host: pluginHost(config, host),
        deployments,
        repositories: rememberRepositories(keepKeysInFiles(createRepositoryStore(sqlite), sshKeys)),
        buildConfigs: rememberBuildConfigs(createBuildConfigStore(sqlite)),
        imageRegistries: createRegistryStore(sqlite),
        deployTargets: keepTargetKeysInFiles(createDeployTargetStore(sqlite), sshKeys),
        machines: createSshMachines({
            openEngine: (agent) => remoteEngine(docker, agent),
            localFiles: diskFiles,
            keepaliveSeconds: config.sshKeepaliveSeconds,
        }),
        dockerConfigs: createDockerConfigs({ environment: config.dockerEnvironment }),
        lookUpHost,
        events: createWebhookEventStore(sqlite),
        stackStates: rememberStackStates(createStackStateStore(sqlite)),
        releases: createReleaseStore({ directory: `${directory}/releases`, cipher }),
        ...fileLogs(`${directory}/logs`, sqlite, onError),
        pipelines: createPipelineStore(sqlite),
        executor: createDockerExecutor({ docker, engine, findOwnContainer, serverName: parts.serverName }),
        jobFiles: createJobFiles({
            ...{ archives: createJobArchives(), files: diskFiles, meter: diskMeter, clock: systemClock },
            directory,
        }),
        tokens: apiTokens,
        git,
        ssh: git,
        engine,
        findOwnContainer,
        target: createLocalHost({ environment: config.dockerEnvironment }),
        files: diskFiles,
        globalEnvironment: () => diskFiles.readText(config.stacksDirectory, "global.env"),
        probe: probeFromHost(docker, findOwnContainer, fetchProbe),
        clock: systemClock,
        metrics: createPrometheusMetrics({ deployments }),
        providers: webhookProviders,
        registries: registryWebhooks,
        hookApis: createHookApis({ allowPrivateHosts: config.allowPrivateGitHosts }),
        login: (request) => logIn(host, request),
        realAddress,
        mayStoreFailure: (failure) => failures.take(failure),
        hash: (text) => keyedHash(key, text),
        diff: unifiedDiff,
        meter: diskMeter,
        schedules: cronSchedules,
        random: Math.random,
        onNotice: (message) => log.info({}, message),
        onError,
    };
}

function pluginGit(config: Config, directory: string): ReturnType<typeof createGit> {
    return createGit({
        directory: `${directory}/repos`,
        path: config.dockerEnvironment["PATH"] ?? "",
        allowPrivateHosts: config.allowPrivateGitHosts,
        allowFile: config.allowFileGit,
    });
}

/** Logs in files, and where in them which lines lie in the database. */
function fileLogs(
    directory: string,
    sqlite: Parameters<typeof createLogChunkStore>[0],
    onError: (error: unknown) => void,
): Pick<PluginPorts, "logs" | "jobLogs"> {
    const shared = { clock: systemClock, onError };
    return {
        logs: createLogStore({ ...shared, directory, chunks: createLogChunkStore(sqlite) }),
        jobLogs: createLogStore({
            ...{ ...shared, directory: `${directory}/jobs` },
            chunks: createLogChunkStore(sqlite, "jobs"),
        }),
    };
}

function pluginHost(config: Config, host: EmbeddedHost): Host {
    return { ...host, dataDirectory: config.dataDirectory, stacksDirectory: config.stacksDirectory };
}

async function logIn(host: EmbeddedHost, request: Parameters<PluginPorts["login"]>[0]): Promise<string> {
    const { username, password, token, address, userAgent } = request;
    const login = { username, password, code: token, address, userAgent };
    const result = await host.logInByPassword(login).catch(throwInWords);
    if (result.kind === "token_required") {
        throw new AppError("unauthorized", "token: the account asks for a two-factor code");
    }
    return result.token;
}

const loginWords = new Map([
    ["authIncorrectCreds", "username, password: do not fit together; check both"],
    ["authInvalidToken", "token: this code opens nothing, or was used before; wait for the next one"],
]);

/** The host names a wrong login by its key in the page's language files; programs have none. */
function throwInWords(error: unknown): never {
    const words = error instanceof AppError ? loginWords.get(error.message) : undefined;
    throw words === undefined ? error : new AppError("unauthorized", words, { cause: error });
}

/** Another machine's engine over connections of an agent, and the way there for images of ours. */
function remoteEngine(docker: DockerClient, agent: Agent) {
    const remote = connectDocker({ agent });
    return { engine: createEngine(remote), images: createImageTransfer(docker, remote) };
}

function localAddress(config: Config, port: number): string {
    const { hostname = "0.0.0.0", tls } = config;
    const name = ["0.0.0.0", "::"].includes(hostname) ? "localhost" : hostname;
    const host = name.includes(":") ? `[${name}]` : name;
    return `${tls === undefined ? "http" : "https"}://${host}:${port}`;
}
