import { repositoryOf } from "../compose/image-name.ts";
import { awaitsApproval, type DeploymentRecord, type DeploymentStore, isTerminal } from "../core/deployment.ts";
import { type ImageRecords, leftImages } from "../core/left-images.ts";
import type { Release, ReleaseStore } from "../core/release.ts";
import type { CleanedMachine } from "./cleaned-machines.ts";
import type { CleanUpTally } from "./clean-up-tally.ts";

export interface CleanImagesPorts {
    readonly deployments: Pick<DeploymentStore, "listActive">;
    readonly releases: Pick<ReleaseStore, "list" | "find">;
}

/** Names and ids of images that must stay. */
export interface KeptImages {
    readonly names: ReadonlySet<string>;
    readonly ids: ReadonlySet<string>;
}

export interface CleanImagesInput {
    readonly stack: string;
    /** All deployments of the stack. */
    readonly rows: readonly DeploymentRecord[];
    /** What of the rows must stay although its release may be gone: so many of the last good ones. */
    readonly keep: number;
    /** Images of every other stack's kept releases. */
    readonly elsewhere: KeptImages;
    readonly machines: readonly CleanedMachine[];
    readonly signal: AbortSignal;
}

/**
 * Removes the images that a stack's builds have left and that nothing needs. To be called while the stack's lock is
 * held. What a container uses, or was made with, stays; so does whatever no build of ours made.
 */
export async function cleanImages(
    ports: CleanImagesPorts,
    tally: CleanUpTally,
    input: CleanImagesInput,
): Promise<void> {
    const known = await recordsOf(ports, input);
    for (const machine of input.machines) {
        const item = { part: "images", name: "images", stack: input.stack, machine: machine.name } as const;
        await tally.trying(item, () => cleanMachine(tally, known, machine, input));
    }
}

async function cleanMachine(
    tally: CleanUpTally,
    known: ImageRecords,
    { engine, name: machine, images }: CleanedMachine,
    { stack, signal }: CleanImagesInput,
): Promise<void> {
    if (leftImages({ images, containers: [] }, known).length === 0) {
        return;
    }
    // What was listed at the beginning of the run may have changed since.
    const there = { images: await engine.listImages(), containers: await engine.listContainers([]) };
    for (const { name, bytes, reason } of leftImages(there, known)) {
        const item = { part: "images", name, stack, machine } as const;
        signal.throwIfAborted();
        if (reason !== undefined) {
            tally.left({ ...item, reason });
            continue;
        }
        await tally.trying(item, async () => {
            await engine.removeImage(name);
            tally.removed({ ...item, bytes });
        });
    }
}

/** Afresh: a deployment may have ended since the run began. */
async function recordsOf(ports: CleanImagesPorts, input: CleanImagesInput): Promise<ImageRecords> {
    const { rows, keep, elsewhere } = input;
    const active = (await ports.deployments.listActive()).filter((row) => !awaitsApproval(row));
    const own = await keptImages(ports, input.stack, rows, keep);
    const built = rows.flatMap(({ images }) => images).filter((image) => image.built);
    return {
        builtNames: new Set(built.map(({ image }) => image)),
        builtIds: new Set(built.map(({ imageId }) => imageId)),
        repositories: new Set(built.map(({ image }) => repositoryOf(image))),
        commits: new Set(rows.filter(({ status }) => isTerminal(status)).map(({ commitSha }) => commitSha)),
        activeCommits: new Set(active.map(({ commitSha }) => commitSha).filter((commit) => commit !== "")),
        keptNames: new Set([...own.names, ...elsewhere.names]),
        keptIds: new Set([...own.ids, ...elsewhere.ids]),
    };
}

/** The images of a stack's kept releases, on every machine, and those that its last good deployments ran. */
export async function keptImages(
    { releases }: CleanImagesPorts,
    stack: string,
    rows: readonly DeploymentRecord[],
    keep: number,
): Promise<KeptImages> {
    const ids = await releases.list(stack);
    const kept = await Promise.all(ids.map((id) => releases.find(id)));
    const good = rows.filter(({ status }) => status === "successful").slice(0, keep);
    const going = rows.filter(({ status }) => !isTerminal(status));
    const images = [
        ...kept.flatMap((release) => (release === undefined ? [] : imagesOf(release))),
        ...[...good, ...going].flatMap((row) => row.images),
    ];
    return {
        names: new Set(images.map(({ image }) => image)),
        ids: new Set(images.map(({ imageId }) => imageId)),
    };
}

function imagesOf({ images, machines = {} }: Release): Release["images"] {
    return [...images, ...Object.values(machines).flatMap((there) => there.images)];
}
