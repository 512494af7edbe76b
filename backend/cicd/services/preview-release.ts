import type { Preview, ServiceChange } from "../../../common/schema/preview.ts";
import { describeChanges } from "../compose/describe-changes.ts";
import { plainText } from "../compose/plain-text.ts";
import { planApply, previewServices } from "../compose/plan.ts";
import { policyWarnings } from "../compose/policy.ts";
import { serviceHashes, type ServiceModel } from "../compose/service-model.ts";
import { DeploymentFailure } from "../core/failure.ts";
import type { Machine } from "../core/machine.ts";
import type { Release, ReleaseStore } from "../core/release.ts";
import { releaseOn } from "../core/release-on-machine.ts";
import type { TargetHost } from "../core/target-host.ts";
import type { DeploymentRun } from "./deployment-run.ts";
import type { GlobalEnvironmentPorts } from "./global-environment.ts";
import { renderRelease } from "./render-release.ts";
import { inspectStack } from "./verify-release.ts";
import { deployedFiles, planStackFiles, type StackFilesChange } from "./write-stack-files.ts";

export interface PreviewReleasePorts extends GlobalEnvironmentPorts {
    /** Compose renders releases here, where their files lie. */
    readonly target: TargetHost;
    readonly releases: ReleaseStore;
    readonly hash: (text: string) => string;
}

export interface PreviewInput {
    readonly release: Release;
    /** What runs; undefined where nothing was deployed. */
    readonly previous: Release | undefined;
    /** Where it goes, in turn. */
    readonly machines: readonly Machine[];
    /** Whether the release has the ids of the images that were built for it. */
    readonly isBuilt: boolean;
    /** What reading the commit has told of. */
    readonly notes: readonly string[];
}

/** What a release would do on one machine. */
interface OnMachine {
    readonly services: readonly ServiceChange[];
    readonly files: StackFilesChange;
    readonly warnings: readonly string[];
    /** Those of what runs; undefined where that cannot be rendered. */
    readonly warningsNow: readonly string[] | undefined;
}

/** What putting a release live would change, on all of its machines. Touches nothing, and pulls nothing. */
export async function previewRelease(
    ports: PreviewReleasePorts,
    run: DeploymentRun,
    input: PreviewInput,
): Promise<Preview> {
    const found: OnMachine[] = [];
    for (const machine of input.machines) {
        const one = await previewOn(ports, run, input, machine);
        const name = input.machines.length > 1 ? { machine: machine.name } : {};
        found.push({ ...one, services: one.services.map((change) => ({ ...change, ...name })) });
    }
    const warnings = joined(found, (one) => one.warnings);
    const known = found.map(({ warningsNow }) => warningsNow);
    return maskAll(run, {
        commitSha: input.release.commitSha,
        services: found.flatMap(({ services }) => services),
        filesWritten: joined(found, ({ files }) => files.written),
        filesRemoved: joined(found, ({ files }) => files.removed),
        filesReplaced: joined(found, ({ files }) => files.replaced),
        warnings: [...new Set([...input.notes, ...warnings])],
        ...(!known.includes(undefined) && {
            newWarnings: warnings.filter((text) => !known.some((texts) => texts?.includes(text))),
        }),
        machines: input.machines.map(({ id, name }) => ({ id, name })),
    });
}

function joined(found: readonly OnMachine[], of: (one: OnMachine) => readonly string[]): string[] {
    return [...new Set(found.flatMap(of))];
}

async function previewOn(
    ports: PreviewReleasePorts,
    run: DeploymentRun,
    input: PreviewInput,
    machine: Machine,
): Promise<OnMachine> {
    const stackDirectory = await machine.stackDirectory();
    const release = releaseOn(input.release, machine.id);
    const previous = input.previous && releaseOn(input.previous, machine.id);
    const render = (one: Release) => renderCopy(ports, run, machine, one);
    const wanted = await render(release);
    const old = previous && (await render(previous).catch(unlessBroken));
    const services = await planServices(ports, machine, run.stack, { ...input, release, previous, wanted });
    const isComparable = previous === undefined || old !== undefined;
    return {
        services: isComparable ? describeChanges(services, { old, wanted, stackDirectory }) : services,
        files: await planFiles(ports, machine, { release, previous, stackDirectory }),
        warnings: policyWarnings(wanted, stackDirectory),
        warningsNow: isComparable ? policyWarnings(old ?? { name: "", services: [] }, stackDirectory) : undefined,
    };
}

/** What runs may not be renderable any more, such as after an edit of its `.env`; the rest can be told all the same. */
function unlessBroken(error: unknown): undefined {
    if (!(error instanceof DeploymentFailure)) {
        throw error;
    }
}

/** Rendering puts the stack's `.env` beside the files for a moment: nobody else may be at it with the same ones. */
async function renderCopy(
    { target, releases, globalEnvironment }: PreviewReleasePorts,
    run: DeploymentRun,
    machine: Machine,
    release: Release,
): Promise<ServiceModel> {
    const there = { target, releases, globalEnvironment, files: machine.files };
    const stackDirectory = await machine.stackDirectory();
    if (release.deploymentId === run.id) {
        return renderRelease(there, run, release, stackDirectory);
    }
    const copy = { ...release, deploymentId: `copy-${crypto.randomUUID()}` };
    await releases.save(copy, releases.filesDirectory(release.deploymentId));
    try {
        return await renderRelease(there, run, copy, stackDirectory);
    } finally {
        await releases.remove(copy.deploymentId);
    }
}

async function planServices(
    { hash }: PreviewReleasePorts,
    machine: Machine,
    stack: string,
    input: Pick<PreviewInput, "release" | "previous" | "isBuilt"> & { readonly wanted: ServiceModel },
): Promise<readonly ServiceChange[]> {
    const { release, previous, wanted, isBuilt } = input;
    const plan = planApply({
        project: stack,
        model: wanted,
        imageIds: new Map(isBuilt ? release.images.map(({ service, imageId }) => [service, imageId]) : []),
        hashes: serviceHashes(wanted, hash),
        appliedHashes: previous?.serviceHashes ?? {},
        appliedConfigHashes: previous?.applied?.configHashes,
        containers: await inspectStack(machine.engine, stack),
        others: await machine.engine.listContainers([]),
        inactiveServices: release.declaredServices,
    });
    return previewServices(plan);
}

async function planFiles(
    { releases }: PreviewReleasePorts,
    { files }: Machine,
    given: Pick<PreviewInput, "release" | "previous"> & { readonly stackDirectory: string },
): Promise<StackFilesChange> {
    const { release, previous, stackDirectory } = given;
    return planStackFiles(files, {
        stackDirectory,
        source: releases.filesDirectory(release.deploymentId),
        files: release.files,
        override: release.override,
        previousOverride: previous?.override,
        previous: deployedFiles(previous),
        // Nothing is replaced now.
        replacedDirectory: "",
    });
}

/** A secret may stand in the name of an image or a mount, and so may what a terminal obeys. */
function maskAll(run: DeploymentRun, preview: Preview): Preview {
    const maskOne = (text: string): string => run.mask(plainText(text)).replaceAll(/\s/g, " ");
    const mask = (texts: readonly string[]): string[] => texts.map(maskOne);
    const maskNames = <T extends Readonly<Record<string, string[]>>>(names: T | undefined): T | undefined =>
        names && { ...names, ...Object.fromEntries(Object.entries(names).map(([key, texts]) => [key, mask(texts)])) };
    const services = preview.services.map((change) => ({
        ...change,
        reasons: mask(change.reasons),
        image: change.image && maskOne(change.image),
        ...(change.previousImage && { previousImage: maskOne(change.previousImage) }),
        ...(change.variables && { variables: { ...change.variables, ...maskNames(change.variables) } }),
        ...(change.ports && { ports: maskNames(change.ports) }),
        ...(change.mounts && { mounts: maskNames(change.mounts) }),
    }));
    const { newWarnings } = preview;
    return {
        ...preview,
        services,
        filesWritten: mask(preview.filesWritten),
        filesRemoved: mask(preview.filesRemoved),
        filesReplaced: mask(preview.filesReplaced),
        warnings: mask(preview.warnings),
        ...(newWarnings && { newWarnings: mask(newWarnings) }),
    };
}
