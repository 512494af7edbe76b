import type { PruneReport, PruneRequest } from "../../../common/schema/prune.ts";
import { AppError } from "../../../common/errors.ts";
import type { EngineContainer, EngineImage, EngineWaste, KeptImages } from "../core/engine-waste.ts";
import type { StackExtension } from "../core/stack-extension.ts";

export interface PrunePorts {
    readonly waste: EngineWaste;
    readonly extension: () => StackExtension;
    readonly now: () => Date;
}

const projectLabel = "com.docker.compose.project";
const stopped: readonly string[] = ["exited", "dead", "created"];
/** What was just made waits for its first user. In milliseconds. */
const youth = 10 * 60 * 1000;
const nothingKept: KeptImages = { names: new Set(), ids: new Set() };

/** Removes what nobody uses, one run at a time: throws AppError `conflict` for a second one. */
export function createPruneEngine(ports: PrunePorts): (request: PruneRequest) => Promise<PruneReport> {
    let isRunning = false;
    return async (request) => {
        if (isRunning) {
            throw new AppError("conflict", "Unused things are being removed already; wait until that has ended");
        }
        isRunning = true;
        try {
            return await prune(ports, request);
        } finally {
            isRunning = false;
        }
    };
}

async function prune(ports: PrunePorts, request: PruneRequest): Promise<PruneReport> {
    const { waste } = ports;
    // Asked first: where it cannot be told what must stay, nothing goes.
    const kept = request.images === "none" ? nothingKept : ((await ports.extension().keptImages?.()) ?? nothingKept);
    const containers = request.containers ? await pruneContainers(waste) : 0;
    const networks = request.networks ? await pruneNetworks(ports) : 0;
    const images = request.images === "none" ? nothing : await pruneImages(waste, kept, request.images);
    const volumes = request.volumes ? await waste.pruneVolumes() : nothing;
    const cacheBytes = request.buildCache ? await waste.pruneBuildCache() : 0;
    const reclaimedBytes = images.bytes + volumes.bytes + cacheBytes;
    return { reclaimedBytes, images: images.count, containers, networks, volumes: volumes.count };
}

const nothing = { count: 0, bytes: 0 };

async function pruneContainers(waste: EngineWaste): Promise<number> {
    const left = (await waste.containers()).filter(({ state, labels }) => stopped.includes(state) && isNobodys(labels));
    return countRemoved(left, ({ id }) => waste.removeContainer(id));
}

/** Neither a compose project's nor one of our own jobs'. */
function isNobodys(labels: Readonly<Record<string, string>>): boolean {
    return labels[projectLabel] === undefined && !isOurs(labels);
}

function isOurs(labels: Readonly<Record<string, string>>): boolean {
    return Object.keys(labels).some((label) => label.startsWith("cicd."));
}

/** A stopped container needs its networks when it starts again. */
async function pruneNetworks({ waste, now }: PrunePorts): Promise<number> {
    const containers = await waste.containers();
    const used = new Set(containers.flatMap(({ networks }) => networks));
    const projects = new Set(containers.map(({ labels }) => labels[projectLabel]));
    const oldest = now().getTime() - youth;
    const left = (await waste.networks()).filter(({ name, labels, createdAt }) => {
        const project = labels[projectLabel];
        const isProjects = project !== undefined && projects.has(project);
        return !used.has(name) && !isProjects && !isOurs(labels) && createdAt.getTime() < oldest;
    });
    return countRemoved(left, ({ id }) => waste.removeNetwork(id));
}

async function pruneImages(
    waste: EngineWaste,
    kept: KeptImages,
    which: "dangling" | "unused",
): Promise<{ readonly count: number; readonly bytes: number }> {
    const containers = await waste.containers();
    const left = (await waste.images())
        .filter(({ tags }) => which === "unused" || tags.length === 0)
        .filter((image) => !isKept(image, kept) && !isUsed(image, containers));
    const gone: EngineImage[] = [];
    for (const image of left) {
        if (await removeWhole(waste, image)) {
            gone.push(image);
        }
    }
    return { count: gone.length, bytes: gone.reduce((sum, { bytes }) => sum + bytes, 0) };
}

function isKept({ id, tags, digests }: EngineImage, { ids, names }: KeptImages): boolean {
    return ids.has(id) || [...tags, ...digests].some((name) => names.has(name));
}

function isUsed({ id, tags }: EngineImage, containers: readonly EngineContainer[]): boolean {
    return containers.some(({ imageId, image }) => imageId === id || tags.includes(image));
}

/** Name by name: the last one takes the image along. By force it would be torn from a container that just starts. */
async function removeWhole(waste: EngineWaste, { id, tags, digests }: EngineImage): Promise<boolean> {
    const names = [tags, digests].find((some) => some.length > 0) ?? [id];
    for (const name of names) {
        if (!(await waste.removeImage(name))) {
            return false;
        }
    }
    return true;
}

async function countRemoved<T>(things: readonly T[], remove: (thing: T) => Promise<boolean>): Promise<number> {
    let count = 0;
    for (const thing of things) {
        count += (await remove(thing)) ? 1 : 0;
    }
    return count;
}
