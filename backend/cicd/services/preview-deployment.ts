import { AppError } from "../../../common/errors.ts";
import type { DeploymentRequest } from "../../../common/schema/deployment.ts";
import type { Preview, ServiceChange } from "../../../common/schema/preview.ts";
import type { BuildConfigStore } from "../core/build-config.ts";
import { asFailure } from "../core/failure.ts";
import type { Caller } from "../core/host.ts";
import type { Machines } from "../core/machine.ts";
import { createMasker } from "../core/mask.ts";
import type { RegistryStore } from "../core/registry.ts";
import type { Release } from "../core/release.ts";
import { draftRelease } from "./assemble-release.ts";
import { type BuildReleasePorts, wantedImages } from "./build-release.ts";
import { checkOut, findLiveRelease } from "./check-out.ts";
import { type Connection, secretsOf, secretValues } from "./connection.ts";
import type { DeploymentRun } from "./deployment-run.ts";
import { imagineRun } from "./imagine-run.ts";
import { previewRelease } from "./preview-release.ts";
import { registryOf } from "./registry-engine.ts";

export interface PreviewPorts extends Omit<BuildReleasePorts, "place"> {
    readonly stackMachines: Machines;
    readonly buildConfigs: BuildConfigStore;
    readonly imageRegistries: Pick<RegistryStore, "find">;
    readonly cleanUp: (id: string, connection: Connection) => Promise<void>;
}

type PlacedPorts = PreviewPorts & Pick<BuildReleasePorts, "place">;

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
    const previous = await findLiveRelease(ports, call.stack);
    const masker = createMasker([...secretsOf(connection), ...secretValues(previous?.variables ?? [])]);
    const { run, notes } = imagineRun(ports, {
        deployment: asked(call, connection),
        signal: call.signal,
        mask: (text) => masker.mask(text),
    });
    try {
        return await preview(ports, run, { connection, previous, notes });
    } catch (error) {
        throw asRefusal(run, error);
    } finally {
        await ports.releases.remove(run.id);
        await ports.cleanUp(run.id, connection);
    }
}

interface Asked {
    readonly connection: Connection;
    readonly previous: Release | undefined;
    readonly notes: readonly string[];
}

async function preview(ports: PreviewPorts, run: DeploymentRun, given: Asked): Promise<Preview> {
    const { connection, previous, notes } = given;
    const machines = await ports.stackMachines.of(run.stack, connection.config);
    const placed: PlacedPorts = { ...ports, place: machines[0] };
    const source = await checkOut(placed, run, connection, previous, run.signal);
    const wanted = wantedImages(run, connection, source, previous);
    const images = [...wanted].map(([service, image]) => {
        const now = previous?.images.find((candidate) => candidate.service === service && candidate.built);
        return { service, image: now?.image ?? image, imageId: now?.imageId ?? "", built: true };
    });
    const release = await draftRelease(placed, run, { ...source, connection, images: wanted, previous }, images);
    const told = await previewRelease(ports, run, { release, previous, machines, isBuilt: false, notes });
    // What a script makes does not depend on the commit alone.
    const isSame = release.commitSha === previous?.commitSha && connection.config.buildType !== "script";
    return { ...told, services: told.services.map((change) => builtAnew(change, wanted, isSame)) };
}

/** The end of a preview that would be the end of the deployment, too. */
export function asRefusal(run: DeploymentRun, error: unknown): AppError {
    const failure = asFailure(error);
    return new AppError(failure.errorCode === "internal" ? "internal" : "invalid", run.mask(failure.message), {
        details: { errorCode: failure.errorCode },
        cause: error,
    });
}

/** What is known before the build of a service that is built. `isSame`: from the commit that runs. */
function builtAnew(change: ServiceChange, wanted: ReadonlyMap<string, string>, isSame: boolean): ServiceChange {
    const image = wanted.get(change.service);
    if (image === undefined || change.action === "remove") {
        return change;
    }
    const previousImage = change.previousImage ?? change.image;
    const isOther = change.action !== "create" && previousImage !== undefined && previousImage !== image;
    const named = { ...change, image, ...(isOther && { previousImage }) };
    if (change.action !== "none") {
        return named;
    }
    const reason = "stays as it is where the image comes out the same";
    return isSame
        ? { ...named, reasons: [`built again from the same commit; ${reason}`] }
        : { ...named, action: "recreate", reasons: [`built from this commit; ${reason}`] };
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

/** The deployment that is asked about. */
function asked({ stack, request }: PreviewCall, { repository, config }: Connection) {
    return {
        stackId: stack,
        buildConfigId: config.id,
        repositoryId: repository.id,
        commitSha: request.commit ?? "",
        branch: request.branch ?? repository.branch,
        tag: request.tag,
        triggeredBy: "manual" as const,
    };
}
