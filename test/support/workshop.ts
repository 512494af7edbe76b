import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { diskFiles } from "../../backend/cicd/adapters/disk/files.ts";
import { createReleaseStore } from "../../backend/cicd/adapters/files/release-store.ts";
import { createBuildConfigStore } from "../../backend/cicd/adapters/sqlite/build-config-store.ts";
import { createDeploymentStore } from "../../backend/cicd/adapters/sqlite/deployment-store.ts";
import { createPipelineStore } from "../../backend/cicd/adapters/sqlite/pipeline-store.ts";
import { createRegistryStore } from "../../backend/cicd/adapters/sqlite/registry-store.ts";
import { createRepositoryStore } from "../../backend/cicd/adapters/sqlite/repository-store.ts";
import { createStackStateStore } from "../../backend/cicd/adapters/sqlite/stack-state-store.ts";
import type { NewBuildConfig } from "../../backend/cicd/core/build-config.ts";
import type { DeploymentRecord, NewDeployment } from "../../backend/cicd/core/deployment.ts";
import { localMachineId } from "../../backend/cicd/core/machine.ts";
import type { Release } from "../../backend/cicd/core/release.ts";
import type { Connection } from "../../backend/cicd/services/connection.ts";
import { DeploymentRun } from "../../backend/cicd/services/deployment-run.ts";
import { createStackLock } from "../../backend/host/services/stack-lock.ts";
import { createCipher } from "../../backend/platform/crypto/cipher.ts";
import type { DeploymentPhase, DeploymentStatus } from "../../common/schema/deployment.ts";
import type { Preview } from "../../common/schema/preview.ts";
import { createTestClock } from "./clock.ts";
import { openTestDatabase } from "./database.ts";
import { createFakeEngine } from "./fake-engine.ts";
import { createFakeGit } from "./fake-git.ts";
import { createFakeTarget } from "./fake-target.ts";
import { createRecordingLogs } from "./recording-logs.ts";
import { newBuildConfig, newDeployment, newRepository } from "./records.ts";
import { temporaryDirectory } from "./temporary-directory.ts";

export type Workshop = Awaited<ReturnType<typeof openWorkshop>>;

/** What the deployment engine works with: real stores and directories; engine, git, machine and logs are played. */
export async function openWorkshop() {
    const directory = await temporaryDirectory();
    const database = await openTestDatabase();
    const clock = createTestClock();
    const cipher = createCipher(new Uint8Array(32).fill(7));
    const sqlite = { database, clock, cipher };
    const announced: DeploymentRecord[] = [];
    const errors: unknown[] = [];
    const stackDirectory = join(directory, "stacks", "shop");
    await mkdir(stackDirectory, { recursive: true });
    const engine = createFakeEngine();
    const target = createFakeTarget();
    const createStackDirectory = async (): Promise<void> => undefined;
    const place = {
        id: localMachineId,
        name: "this machine",
        engine,
        target,
        files: diskFiles,
        probe: { status: async () => undefined },
        stackDirectory: async () => stackDirectory,
        createStackDirectory,
    };
    return {
        directory,
        stackDirectory,
        database,
        clock,
        place,
        stackMachines: { of: async () => [place] as const, find: async () => place },
        deployments: createDeploymentStore(sqlite),
        pipelines: createPipelineStore(sqlite),
        repositories: createRepositoryStore(sqlite),
        buildConfigs: createBuildConfigStore(sqlite),
        imageRegistries: createRegistryStore(sqlite),
        dockerConfigs: { make: async (directory: string) => ({ DOCKER_CONFIG: directory }) },
        lookUpHost: async () => ["203.0.113.7"],
        stackStates: createStackStateStore(sqlite),
        releases: createReleaseStore({ directory: join(directory, "releases"), cipher }),
        runPipelinePhase: async () => undefined,
        closeLeftRuns: async () => undefined,
        engine,
        git: createFakeGit(),
        target,
        logs: createRecordingLogs(),
        host: {
            lock: createStackLock(),
            stackDirectory: async () => stackDirectory,
            createStackDirectory,
            push: () => undefined,
        },
        previewRelease: async (_run: DeploymentRun, { commitSha }: Release): Promise<Preview> => ({
            commitSha,
            services: [{ service: "web", action: "recreate", reasons: ["image changed"] }],
            filesWritten: ["compose.yaml"],
            filesRemoved: [],
            filesReplaced: [],
            warnings: [],
        }),
        announced,
        announce: (record: DeploymentRecord) => void announced.push(record),
        errors,
        onError: (error: unknown) => void errors.push(error),
    };
}

/** Connects the stack `shop`. */
export async function connect(
    workshop: Pick<Workshop, "repositories" | "buildConfigs">,
    config: Partial<NewBuildConfig> = {},
): Promise<Connection> {
    const repository = await workshop.repositories.save(newRepository({ stackId: "shop" }));
    const saved = await workshop.buildConfigs.save(
        newBuildConfig({ stackId: "shop", repositoryId: repository.id, ...config }),
    );
    return { repository, config: saved, variables: saved.environmentVariables };
}

const ways: Readonly<Record<DeploymentStatus, readonly DeploymentStatus[]>> = {
    pending: [],
    building: ["building"],
    deploying: ["building", "deploying"],
    successful: ["deploying", "successful"],
    failed: ["failed"],
    rolled_back: ["deploying", "rolled_back"],
    cancelled: ["cancelled"],
};

/** A deployment of the stack `shop` with a status and a phase. */
export async function deploymentAt(
    { deployments }: Pick<Workshop, "deployments">,
    status: DeploymentStatus,
    fields: Partial<NewDeployment> & { readonly phase?: DeploymentPhase } = {},
): Promise<DeploymentRecord> {
    const { phase, ...given } = fields;
    let record = await deployments.create(newDeployment({ stackId: "shop", ...given }));
    for (const next of ways[status]) {
        record = (await deployments.transition(record.id, record.status, next)) ?? record;
    }
    return phase === undefined ? record : ((await deployments.update(record.id, record.status, { phase })) ?? record);
}

/** A run of a deployment, to be handed to what runs it. Secrets are the texts that are masked. */
export async function beginRun(
    workshop: Workshop,
    record: DeploymentRecord,
    given: { readonly signal?: AbortSignal; readonly secret?: string } = {},
): Promise<DeploymentRun> {
    const { secret, signal = new AbortController().signal } = given;
    const mask = (text: string): string => (secret === undefined ? text : text.replaceAll(secret, "***"));
    return new DeploymentRun(workshop, { record, log: await workshop.logs.open(record.id), signal, mask });
}

/** A release without files, but for what is given. */
export function release(fields: Partial<Release> & Pick<Release, "deploymentId">): Release {
    return {
        stackId: "shop",
        commitSha: "b".repeat(40),
        createdAt: "2026-01-31T12:00:00.000Z",
        initial: false,
        files: [],
        images: [],
        variables: [],
        declaredServices: [],
        serviceHashes: {},
        healthCheck: { timeoutSeconds: 60 },
        ...fields,
    };
}

/** A deployment that is live, with its release. */
export async function liveDeployment(
    workshop: Workshop,
    fields: Partial<NewDeployment> = {},
): Promise<DeploymentRecord> {
    const commitSha = "b".repeat(40);
    const record = await deploymentAt(workshop, "successful", { commitSha, ...fields });
    const { stackDirectory, releases } = workshop;
    await releases.save(release({ deploymentId: record.id, commitSha: record.commitSha }), stackDirectory);
    return record;
}
