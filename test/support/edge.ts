import { onTestFinished } from "vitest";
import { cronSchedules } from "../../backend/cicd/adapters/schedule/cron-schedules.ts";
import { createBuildConfigStore } from "../../backend/cicd/adapters/sqlite/build-config-store.ts";
import { createDeploymentStore } from "../../backend/cicd/adapters/sqlite/deployment-store.ts";
import { createDeployTargetStore } from "../../backend/cicd/adapters/sqlite/deploy-target-store.ts";
import { createKeyFiles } from "../../backend/cicd/adapters/ssh-keys/key-files.ts";
import { keepTargetKeysInFiles } from "../../backend/cicd/adapters/ssh-keys/keyed-targets.ts";
import { createPipelineStore } from "../../backend/cicd/adapters/sqlite/pipeline-store.ts";
import { createRegistryStore } from "../../backend/cicd/adapters/sqlite/registry-store.ts";
import { createRepositoryStore } from "../../backend/cicd/adapters/sqlite/repository-store.ts";
import { createStackStateStore } from "../../backend/cicd/adapters/sqlite/stack-state-store.ts";
import { createWebhookEventStore } from "../../backend/cicd/adapters/sqlite/webhook-event-store.ts";
import type { DeploymentRecord } from "../../backend/cicd/core/deployment.ts";
import type { GitRemote, RemoteRefs } from "../../backend/cicd/core/git.ts";
import type { Caller } from "../../backend/cicd/core/host.ts";
import { createCicdServices, type CicdServicePorts } from "../../backend/cicd/services/cicd-services.ts";
import { createEnqueue } from "../../backend/cicd/services/enqueue-deployment.ts";
import { createEnqueuePipeline } from "../../backend/cicd/services/pipelines/enqueue-pipeline.ts";
import { createRunningPipelines } from "../../backend/cicd/services/pipelines/running-pipelines.ts";
import { createRunningDeployments } from "../../backend/cicd/services/running-deployments.ts";
import { createApiTokenStore } from "../../backend/host/adapters/sqlite/api-token-store.ts";
import { createCipher } from "../../backend/platform/crypto/cipher.ts";
import { keyedHash } from "../../backend/platform/crypto/hash.ts";
import { AppError } from "../../common/errors.ts";
import { rights } from "../../common/right.ts";
import { createTestClock } from "./clock.ts";
import { openTestDatabase } from "./database.ts";
import { createFakeDisk } from "./fake-disk.ts";
import { fakeMachines } from "./fake-machines.ts";
import { createFakeSsh } from "./fake-ssh.ts";
import { createMemoryLogs } from "./memory-logs.ts";
import { newDeployment } from "./records.ts";
import { temporaryDirectory } from "./temporary-directory.ts";

export const admin: Caller = { username: "admin", via: "login", rights };
export const reader: Caller = { username: "reader", via: "token", rights: ["read"] };

const refs: RemoteRefs = {
    branches: [
        { name: "main", commit: "a".repeat(40) },
        { name: "dev", commit: "b".repeat(40) },
    ],
    tags: [],
    defaultBranch: "main",
};

/** The use cases behind both edges, over real stores; git, host and the deployment engine are played. */
export async function createEdge() {
    const database = await openTestDatabase();
    const clock = createTestClock();
    const cipher = createCipher(new Uint8Array(32).fill(7));
    const stores = {
        repositories: createRepositoryStore({ database, cipher, clock }),
        buildConfigs: createBuildConfigStore({ database, cipher, clock }),
        imageRegistries: createRegistryStore({ database, cipher, clock }),
        deployTargets: keepTargetKeysInFiles(
            createDeployTargetStore({ database, clock }),
            createKeyFiles(await temporaryDirectory(), cipher),
        ),
        deployments: createDeploymentStore({ database, clock }),
        pipelines: createPipelineStore({ database, clock }),
        stackStates: createStackStateStore({ database, clock }),
        events: createWebhookEventStore({ database, clock }),
        tokens: createApiTokenStore({ database, now: () => clock.now() }),
    };
    const logs = createMemoryLogs();
    const { git, state: remote } = createRemote();
    const host = createFakeHost();
    const kept = new Set<string>();

    async function started(stack: string): Promise<DeploymentRecord> {
        return stores.deployments.create(newDeployment({ stackId: stack }));
    }
    async function found(id: string): Promise<DeploymentRecord> {
        const record = await stores.deployments.find(id);
        if (record === undefined) {
            throw new AppError("not_found", `deployment: there is none with the id ${id}`);
        }
        return record;
    }
    const errors: unknown[] = [];
    const forgotten: string[] = [];
    const artifacts = await temporaryDirectory();
    const jobLogs = createMemoryLogs();
    const runningPipelines = createRunningPipelines();
    const ports: CicdServicePorts = {
        ...stores,
        logs,
        healths: { find: () => undefined },
        clock,
        host,
        git,
        ssh: createFakeSsh(),
        machines: fakeMachines,
        baseUrl: "https://dockge.example",
        schedules: cronSchedules,
        onError: (error) => void errors.push(error),
        releases: {
            list: async () => [...kept],
            find: async () => undefined,
            filesDirectory: (id) => `/releases/${id}/files`,
        },
        meter: { bytesOf: async () => 0 },
        files: { readRegular: async () => undefined, readLink: async () => undefined },
        diff: () => undefined,
        jobLogs,
        runningPipelines,
        enqueue: createEnqueue({
            ...stores,
            running: createRunningDeployments(),
            announce: () => undefined,
            wake: () => undefined,
        }),
        enqueuePipeline: createEnqueuePipeline({ ...stores, wakePipelines: () => undefined }),
        wakePipelines: () => undefined,
        hash: (text) => keyedHash(new Uint8Array(32).fill(7), text),
        registries: { token: ({ id }) => `token-of-${id}` },
        hookApis: new Map(),
        disk: createFakeDisk(),
        forgetJobFiles: async (stack) => void forgotten.push(stack),
        jobFiles: { archiveOf: (id) => `${artifacts}/${id}.tar.gz` },
        async login({ username, password }) {
            if (username !== "admin" || password !== "right") {
                throw new AppError("unauthorized", "Incorrect username or password.");
            }
            return "login-token";
        },
        async testRegistry() {
            throw new AppError("invalid", "registry: it refuses username or password; check both");
        },
        triggerDeployment: ({ stack }) => started(stack),
        previewDeployment: async () => ({
            commitSha: "a".repeat(40),
            services: [],
            filesWritten: [],
            filesRemoved: [],
            filesReplaced: [],
            warnings: [],
        }),
        previewKept: async ({ id }) => ({
            commitSha: (await found(id)).commitSha,
            services: [],
            filesWritten: [],
            filesRemoved: [],
            filesReplaced: [],
            warnings: [],
        }),
        async approveDeployment({ id, caller }) {
            const record = await found(id);
            return (await stores.deployments.approve(id, caller.username)) ?? record;
        },
        async rejectDeployment({ id }) {
            const record = await found(id);
            return (await stores.deployments.endWaiting(id, { errorCode: "rejected" })) ?? record;
        },
        async cancelDeployment({ id }) {
            const record = await found(id);
            return (await stores.deployments.transition(id, record.status, "cancelled")) ?? record;
        },
        async rollBackTo({ id }) {
            return started((await found(id)).stackId);
        },
        findDrift: async (stack) => ({
            deploymentId: `live of ${stack}`,
            commitSha: "a".repeat(40),
            checkedAt: clock.now().toISOString(),
            inSync: true,
            files: [],
            services: [],
        }),
        restoreLive: ({ stack }) => started(stack),
        async syncRepository({ stack }) {
            return { head: "a".repeat(40), deployment: await started(stack) };
        },
        async redeliverWebhook({ id }) {
            const event = await stores.events.find(id);
            if (event === undefined) {
                throw new AppError("not_found", "event: unknown");
            }
            return event;
        },
    };
    return {
        ports,
        services: createCicdServices(ports),
        stores,
        logs,
        clock,
        host,
        remote,
        kept,
        errors,
        jobLogs,
        runningPipelines,
        forgotten,
        artifacts,
    };
}

export type Edge = Awaited<ReturnType<typeof createEdge>>;

/** A played remote: what it answers can be changed, and it remembers what it was asked with. */
function createRemote() {
    const remote = {
        refs,
        files: ["compose.yaml", "README.md"],
        failure: undefined as AppError | undefined,
        /** What its SSH server shows where none is pinned. */
        hostKey: undefined as string | undefined,
        asked: [] as GitRemote[],
        forgotten: [] as string[],
    };
    const git: CicdServicePorts["git"] = {
        checkAddress(url) {
            if (url.includes("169.254.")) {
                throw new AppError("invalid", "url: a link-local address is not allowed; use a public one");
            }
        },
        async listRemote(given, call) {
            remote.asked.push(given);
            if (given.hostKey === undefined && remote.hostKey !== undefined) {
                await call.onHostKey?.(remote.hostKey);
            }
            if (remote.failure !== undefined) {
                throw remote.failure;
            }
            return remote.refs;
        },
        fetch: async () => undefined,
        resolve: async () => ({ sha: "a".repeat(40), message: "", author: "", time: "" }),
        isAncestor: async () => false,
        changedFiles: async () => undefined,
        commitsBetween: async () => undefined,
        addWorktree: async () => undefined,
        removeWorktree: async () => undefined,
        listFiles: async () => remote.files,
        readFile: async () => undefined,
        use: (_url, work) => work(),
        forget: async (url) => void remote.forgotten.push(url),
    };
    return { git, state: remote };
}

function createFakeHost() {
    const stacks = [{ name: "old", status: 3 }];
    const pushes: { readonly event: string; readonly payload: unknown }[] = [];
    onTestFinished(() => void pushes.splice(0));
    return {
        stacks,
        pushes,
        listStacks: async () => stacks,
        async createStackDirectory(name: string) {
            if (!stacks.some((stack) => stack.name === name)) {
                stacks.push({ name, status: 1 });
            }
        },
        push: (event: string, payload: unknown) => void pushes.push({ event, payload }),
        refreshStacks: () => undefined,
    };
}
