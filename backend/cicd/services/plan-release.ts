import type { DeployedImage } from "../../../common/schema/deployment.ts";
import { broughtAlong } from "../compose/brought-along.ts";
import { staysUp, type WantedService } from "../compose/health.ts";
import { planApply, type Plan as ServicesPlan } from "../compose/plan.ts";
import { serviceHashes, type ServiceModel } from "../compose/service-model.ts";
import type { ContainerState, Engine } from "../core/engine.ts";
import { composeLabels } from "../core/engine.ts";
import { DeploymentFailure } from "../core/failure.ts";
import type { Files } from "../core/files.ts";
import type { Host } from "../core/host.ts";
import type { Release, ReleaseStore } from "../core/release.ts";
import type { TargetHost } from "../core/target-host.ts";
import type { DeploymentRun } from "./deployment-run.ts";
import { describePlan } from "./describe-plan.ts";
import { ensureImages } from "./ensure-images.ts";
import type { ImageTag } from "./pull-image.ts";
import { renderRelease } from "./render-release.ts";
import { restoreTags } from "./restore-tags.ts";
import { inspectStack } from "./verify-release.ts";
import { deployedFiles, planStackFiles, type StackFilesChange, type StackFilesInput } from "./write-stack-files.ts";

export interface PlanPorts {
    readonly engine: Engine;
    readonly target: TargetHost;
    readonly files: Files;
    readonly releases: ReleaseStore;
    readonly host: Pick<Host, "stackDirectory" | "createStackDirectory">;
    readonly hash: (text: string) => string;
    readonly replacedDirectory: string;
    /** The machine over SSH whose files are replaced: each has its own folder, below the deployment's. */
    readonly replacedOn?: string | undefined;
}

export interface ApplyInput {
    readonly release: Release;
    /** What is in place: the live release, or for a rollback the failed one. */
    readonly previous: Release | undefined;
    /** Whether containers may be started; false for a stack that its user stopped. */
    readonly start: boolean;
    /** Whether images that are missing may be pulled. */
    readonly pull: "missing" | "always" | "never";
    /** Ends it between two steps. A restore is given one that never aborts: it must come to its end. */
    readonly signal: AbortSignal;
}

/** Everything that applying needs to know. */
export interface Plan {
    readonly stackDirectory: string;
    readonly services: ServicesPlan;
    /** One-shot services that come up with those that wait for them. */
    readonly broughtAlong: ReadonlySet<string>;
    /** Services that use another one's network, processes or volumes: their configuration names its container. */
    readonly tied: ReadonlySet<string>;
    /** What names of images have to mean before services come up. */
    readonly imageTags: readonly ImageTag[];
    readonly files: StackFilesChange;
    readonly filesInput: StackFilesInput;
    readonly wanted: readonly WantedService[];
    /** The release with the images that it will run and its services' hashes. */
    readonly release: Release;
}

/**
 * Says what applying a release would change, and logs it. Images that are missing are pulled here; the stack itself is
 * not touched. Throws `compose_invalid`, `image_missing`, `pull_failed`, `port_taken` or `name_taken`.
 */
export async function planRelease(ports: PlanPorts, run: DeploymentRun, input: ApplyInput): Promise<Plan> {
    await ports.host.createStackDirectory(run.stack);
    const stackDirectory = await ports.host.stackDirectory(run.stack);
    const model = await renderRelease(ports, run, input.release, stackDirectory);
    const { release, imageTags } = await withImages(ports, run, input, model);
    await ports.releases.update(release);
    const services = await planServices(ports.engine, run.stack, model, release, inPlace(input, release));
    const filesInput = stackFilesInput(ports, run, release, input.previous, stackDirectory);
    const plan: Plan = {
        stackDirectory,
        services,
        broughtAlong: broughtAlong(model, services.services),
        imageTags,
        tied: new Set(model.services.filter(({ sharesWith }) => sharesWith.length > 0).map(({ name }) => name)),
        files: await planStackFiles(ports.files, filesInput),
        filesInput,
        wanted: wantedServices(model, release.images),
        release,
    };
    describePlan(plan).forEach((line) => run.say(line));
    const conflict = services.conflicts[0];
    if (conflict !== undefined) {
        throw new DeploymentFailure(conflict.code, conflict.message);
    }
    if (input.start && !staysUp(plan.wanted)) {
        throw new DeploymentFailure(
            "compose_invalid",
            "The compose file has no service that keeps running; add one, or check profiles, scale and one-shot labels.",
        );
    }
    return plan;
}

/** The release with what it runs, noted. A release that went live before gets the names of its own images back. */
async function withImages(
    ports: PlanPorts,
    run: DeploymentRun,
    input: ApplyInput,
    model: ServiceModel,
): Promise<{ readonly release: Release; readonly imageTags: Plan["imageTags"] }> {
    if (input.release.deploymentId !== run.id) {
        await restoreTags(ports.engine, run, input.release);
    }
    const { images, tags } = await ensureImages(ports.engine, run, model, input);
    const services = model.services.map(({ name, oneShot, replicas }) => ({ service: name, oneShot, replicas }));
    const release = { ...input.release, images, services, serviceHashes: serviceHashes(model, ports.hash) };
    return { release, imageTags: tags };
}

/** What is in place. A release over itself is repaired; what ran before git has no hashes yet, and is what it is. */
function inPlace({ release, previous }: ApplyInput, planned: Release): Release | undefined {
    return previous?.deploymentId === release.deploymentId
        ? { ...previous, serviceHashes: { ...planned.serviceHashes, ...previous.serviceHashes } }
        : previous;
}

async function planServices(
    engine: Engine,
    stack: string,
    model: ServiceModel,
    release: Release,
    previous: Release | undefined,
): Promise<ServicesPlan> {
    return planApply({
        project: stack,
        model,
        imageIds: new Map(release.images.map((image) => [image.service, image.imageId])),
        hashes: release.serviceHashes,
        appliedHashes: previous?.serviceHashes ?? {},
        appliedConfigHashes: previous?.applied?.configHashes,
        containers: await allStates(engine, stack),
        others: await engine.listContainers([]),
        inactiveServices: release.declaredServices,
    });
}

async function allStates(engine: Engine, stack: string): Promise<readonly ContainerState[]> {
    const states = await inspectStack(engine, stack);
    return states.filter((state) => state.labels[composeLabels.project] === stack);
}

function stackFilesInput(
    ports: PlanPorts,
    run: DeploymentRun,
    release: Release,
    previous: Release | undefined,
    stackDirectory: string,
): StackFilesInput {
    return {
        stackDirectory,
        source: ports.releases.filesDirectory(release.deploymentId),
        files: release.files,
        override: release.override,
        previousOverride: previous?.override,
        previous: deployedFiles(previous),
        replacedDirectory: [ports.replacedDirectory, run.stack, run.id, ports.replacedOn ?? []].flat().join("/"),
        known: release.files,
    };
}

function wantedServices(model: ServiceModel, images: readonly DeployedImage[]): readonly WantedService[] {
    const ids = new Map(images.map((image) => [image.service, image.imageId]));
    return model.services.map(({ name, oneShot, replicas }) => ({
        service: name,
        imageId: ids.get(name),
        oneShot,
        replicas,
    }));
}
