import { AppError } from "../../../common/errors.ts";
import type { DeploymentRequest } from "../../../common/schema/deployment.ts";
import type { Preview, ServiceChange } from "../../../common/schema/preview.ts";
import { planApply, previewServices } from "../compose/plan.ts";
import { serviceHashes } from "../compose/service-model.ts";
import type { BuildConfigStore } from "../core/build-config.ts";
import type { DeploymentRecord } from "../core/deployment.ts";
import { asFailure } from "../core/failure.ts";
import type { Caller } from "../core/host.ts";
import type { RegistryStore } from "../core/registry.ts";
import type { Release } from "../core/release.ts";
import { draftRelease } from "./assemble-release.ts";
import { type BuildReleasePorts, wantedImages } from "./build-release.ts";
import { checkOut, findLiveRelease } from "./check-out.ts";
import type { Connection } from "./deploy.ts";
import { DeploymentRun } from "./deployment-run.ts";
import { registryOf } from "./registry-engine.ts";
import { renderRelease } from "./render-release.ts";
import { inspectStack } from "./verify-release.ts";
import { deployedFiles, planStackFiles } from "./write-stack-files.ts";

export interface PreviewPorts extends BuildReleasePorts {
    readonly buildConfigs: BuildConfigStore;
    readonly imageRegistries: Pick<RegistryStore, "find">;
    readonly replacedDirectory: string;
    readonly cleanUp: (id: string, connection: Connection) => Promise<void>;
}

export interface PreviewCall {
    readonly stack: string;
    readonly request: DeploymentRequest;
    readonly caller: Caller;
    readonly signal: AbortSignal;
}

/**
 * What a deployment would change, without building or touching anything. Whether a built image comes out the same
 * cannot be known before the build: such services are shown as recreated, with that reason.
 */
export async function previewDeployment(ports: PreviewPorts, call: PreviewCall): Promise<Preview> {
    const connection = await findConnection(ports, call.stack);
    const notes: string[] = [];
    const run = imagineRun(ports, call, connection, notes);
    try {
        return await preview(ports, run, connection, notes);
    } catch (error) {
        const failure = asFailure(error);
        throw new AppError(failure.errorCode === "internal" ? "internal" : "invalid", run.mask(failure.message), {
            details: { errorCode: failure.errorCode },
            cause: error,
        });
    } finally {
        await ports.releases.remove(run.id);
        await ports.cleanUp(run.id, connection);
    }
}

async function preview(
    ports: PreviewPorts,
    run: DeploymentRun,
    connection: Connection,
    notes: readonly string[],
): Promise<Preview> {
    const previous = await findLiveRelease(ports, run.stack);
    const source = await checkOut(ports, run, connection, previous, run.signal);
    const wanted = wantedImages(run, connection, source, previous);
    const images = [...wanted].map(([service, image]) => {
        const now = previous?.images.find((candidate) => candidate.service === service && candidate.built);
        return { service, image: now?.image ?? image, imageId: now?.imageId ?? "", built: true };
    });
    const release = await draftRelease(ports, run, { ...source, connection, images: wanted, previous }, images);
    const services = await planServices(ports, run, release, previous, source.stackDirectory);
    const files = await planStackFiles(ports.files, {
        stackDirectory: source.stackDirectory,
        source: ports.releases.filesDirectory(run.id),
        files: release.files,
        override: release.override,
        previousOverride: previous?.override,
        previous: deployedFiles(previous),
        replacedDirectory: ports.replacedDirectory,
    });
    return {
        commitSha: source.commit.sha,
        services: services.map((change) => builtAnew(change, wanted)),
        filesWritten: [...files.written],
        filesRemoved: [...files.removed],
        filesReplaced: [...files.replaced],
        warnings: notes.map((note) => note.replace(/^Note: /, "")),
    };
}

async function planServices(
    ports: PreviewPorts,
    run: DeploymentRun,
    release: Release,
    previous: Release | undefined,
    stackDirectory: string,
): Promise<Preview["services"]> {
    const model = await renderRelease(ports, run, release, stackDirectory);
    const plan = planApply({
        project: run.stack,
        model,
        imageIds: new Map(),
        hashes: serviceHashes(model, ports.hash),
        appliedHashes: previous?.serviceHashes ?? {},
        appliedConfigHashes: previous?.applied?.configHashes,
        containers: await inspectStack(ports.engine, run.stack),
        others: await ports.engine.listContainers([]),
        inactiveServices: release.declaredServices,
    });
    return previewServices(plan);
}

function builtAnew(change: ServiceChange, wanted: ReadonlyMap<string, string>): ServiceChange {
    const image = wanted.get(change.service);
    if (image === undefined || change.action === "remove") {
        return change;
    }
    if (change.action !== "none") {
        return { ...change, image };
    }
    const reason = "built from this commit; stays as it is where the image comes out the same";
    return { ...change, image, action: "recreate", reasons: [reason] };
}

async function findConnection(ports: PreviewPorts, stack: string): Promise<Connection> {
    const repository = await ports.repositories.findByStack(stack);
    const config = await ports.buildConfigs.findByStack(stack);
    if (repository === undefined || config === undefined) {
        throw new AppError("not_found", `stack: ${stack} is not connected to a repository; connect one first`);
    }
    const registry = await registryOf(ports, config);
    return { repository, config, variables: config.environmentVariables, registry };
}

/** A run that stands in no queue and writes no log: only its notes are kept. */
function imagineRun(ports: PreviewPorts, call: PreviewCall, connection: Connection, notes: string[]): DeploymentRun {
    const now = ports.clock.now().toISOString();
    let record: DeploymentRecord = {
        id: `preview${ports.clock.now().getTime()}`,
        stackId: call.stack,
        buildConfigId: connection.config.id,
        repositoryId: connection.repository.id,
        commitSha: call.request.commit ?? "",
        branch: call.request.branch ?? connection.repository.branch,
        tag: call.request.tag,
        status: "building",
        phase: "fetching",
        phases: [],
        createdAt: now,
        triggeredBy: "manual",
        images: [],
        attempt: 0,
    };
    const update = async (_id: string, _from: string, change: object): Promise<DeploymentRecord> =>
        (record = { ...record, ...change });
    return new DeploymentRun(
        { deployments: { update, transition: async () => undefined }, clock: ports.clock, announce: () => undefined },
        {
            record,
            signal: call.signal,
            mask: (text) => text,
            log: {
                write: (stream, _phase, text) => {
                    if (stream === "system" && text.startsWith("Note: ")) {
                        notes.push(text);
                    }
                },
                flush: () => Promise.resolve(),
                close: () => Promise.resolve(),
            },
        },
    );
}
