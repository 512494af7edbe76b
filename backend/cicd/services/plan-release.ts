import { AppError } from "../../../common/errors.ts";
import type { DeployedImage } from "../../../common/schema/deployment.ts";
import { composeConfig } from "../commands/compose.ts";
import { broughtAlong } from "../compose/brought-along.ts";
import { describeComplaint } from "../compose/compose-complaint.ts";
import { composeFileNames, overrideFileNames } from "../compose/find-compose-file.ts";
import { staysUp, type WantedService } from "../compose/health.ts";
import { planApply, type Plan as ServicesPlan } from "../compose/plan.ts";
import { readServiceModel, serviceHashes, type ServiceModel } from "../compose/service-model.ts";
import type { ContainerState, Engine } from "../core/engine.ts";
import { composeLabels } from "../core/engine.ts";
import { DeploymentFailure } from "../core/failure.ts";
import type { Files } from "../core/files.ts";
import type { Host } from "../core/host.ts";
import type { Release, ReleaseStore } from "../core/release.ts";
import type { TargetHost } from "../core/target-host.ts";
import type { DeploymentRun } from "./deployment-run.ts";
import { describePlan } from "./describe-plan.ts";
import { composeEnvironment, stackEnvironmentFile } from "./stack-environment.ts";
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
    const images = await ensureImages(ports.engine, run, model, input);
    const release = { ...input.release, images, serviceHashes: serviceHashes(model, ports.hash) };
    await ports.releases.update(release);
    const services = await planServices(ports.engine, run.stack, model, release, input.previous);
    const filesInput = stackFilesInput(ports, run, release, input.previous, stackDirectory);
    const plan: Plan = {
        stackDirectory,
        services,
        broughtAlong: broughtAlong(model, services.services),
        files: await planStackFiles(ports.files, filesInput),
        filesInput,
        wanted: wantedServices(model, images),
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

/** Lets Compose itself render the release, as it will stand in the stack's directory. */
export async function renderRelease(
    ports: Pick<PlanPorts, "target" | "files" | "releases">,
    run: DeploymentRun,
    release: Release,
    stackDirectory: string,
): Promise<ServiceModel> {
    const directory = ports.releases.filesDirectory(release.deploymentId);
    const environmentFile = await stackEnvironmentFile(ports.files, stackDirectory, directory, release);
    const base = composeFileNames.find((name) => release.files.some((file) => file.path === name));
    if (base === undefined) {
        throw new DeploymentFailure("compose_missing", "The release has no compose file.");
    }
    const command = composeConfig({
        stack: run.stack,
        directory,
        environment: composeEnvironment(release.variables),
        files: [base, ...overrideFiles(ports.releases, release)],
        envFile: environmentFile?.path,
    });
    try {
        const result = await run.command(ports.target, command, {
            capture: true,
            timeoutSeconds: 60,
            signal: new AbortController().signal,
        });
        if (result.exitCode !== 0) {
            const text = (await ports.files.readText(directory, base)) ?? "";
            const words = composeWords(result.stderrTail, directory);
            throw new DeploymentFailure("compose_invalid", describeComplaint(words, { path: base, text }));
        }
        return readServiceModel(result.stdout, { from: directory, to: stackDirectory });
    } finally {
        await environmentFile?.remove();
    }
}

/** The generated override; of what ran before git, the user's own, which Compose finds by its name. */
function overrideFiles(releases: PlanPorts["releases"], release: Release): readonly string[] {
    if (release.override !== undefined) {
        return [releases.overrideFile(release.deploymentId)];
    }
    const own = overrideFileNames.find((name) => release.files.some((file) => file.path === name));
    return own === undefined ? [] : [own];
}

function composeWords(stderr: string, directory: string): string {
    const line = stderr.trim().split("\n").at(-1) ?? "";
    return line.replaceAll(`${directory}/`, "");
}

async function ensureImages(
    engine: Engine,
    run: DeploymentRun,
    model: ServiceModel,
    input: ApplyInput,
): Promise<readonly DeployedImage[]> {
    const built = new Map(input.release.images.filter((image) => image.built).map((image) => [image.service, image]));
    const images: DeployedImage[] = [];
    for (const service of model.services) {
        // What ran before git may have been built in its folder: Compose gave the image this name.
        const name = service.image ?? (input.release.initial ? `${run.stack}-${service.name}` : undefined);
        if (name === undefined) {
            throw new DeploymentFailure(
                "image_missing",
                `${service.name} has neither an image nor a build: with compose_only every service needs "image".`,
            );
        }
        const own = built.get(service.name);
        const image = await ensureImage(
            engine,
            run,
            service.name,
            name,
            own === undefined && service.image !== undefined ? input.pull : "never",
            input.signal,
        );
        images.push({ service: service.name, image: name, ...image, built: own !== undefined });
    }
    return images;
}

async function ensureImage(
    engine: Engine,
    run: DeploymentRun,
    service: string,
    image: string,
    pull: ApplyInput["pull"],
    signal: AbortSignal,
): Promise<{ imageId: string; digest?: string }> {
    const present = await engine.findImage(image);
    if (present === undefined && pull === "never") {
        throw new DeploymentFailure(
            "image_missing",
            `${service}: the image ${image} is not on this machine any more. Deploy its commit again to build it anew.`,
        );
    }
    if (present === undefined || pull === "always") {
        await pullImage(engine, run, service, image, signal);
    }
    const found = (await engine.findImage(image)) ?? present;
    if (found === undefined) {
        throw new DeploymentFailure("image_missing", `${service}: the image ${image} cannot be found.`);
    }
    const digest = found.digests[0];
    return digest === undefined ? { imageId: found.id } : { imageId: found.id, digest };
}

async function pullImage(
    engine: Engine,
    run: DeploymentRun,
    service: string,
    image: string,
    signal: AbortSignal,
): Promise<void> {
    run.say(`Pulling ${image}`);
    try {
        await engine.pullImage(image, { signal, onLine: (line) => run.write("stdout", line) });
    } catch (error) {
        signal.throwIfAborted();
        if (error instanceof AppError && error.code === "invalid") {
            throw new DeploymentFailure("pull_failed", `${service}: ${error.message}`, { cause: error });
        }
        throw error;
    }
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
        previous: deployedFiles(previous),
        replacedDirectory: `${ports.replacedDirectory}/${run.stack}/${run.id}`,
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
