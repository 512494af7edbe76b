import { errorMessage } from "../../../common/errors.ts";
import type { DiskPart, DiskPartName } from "../../../common/schema/disk.ts";
import { repositoryOf } from "../compose/image-name.ts";
import type { DeploymentStore } from "../core/deployment.ts";
import type { DiskEntry, DiskMeter } from "../core/disk-meter.ts";
import type { Engine, ImageInfo } from "../core/engine.ts";
import type { Host } from "../core/host.ts";
import { ownBytes } from "../core/left-images.ts";
import type { ReleaseStore } from "../core/release.ts";

export interface DiskUsePorts {
    readonly deployments: Pick<DeploymentStore, "latest">;
    readonly releases: Pick<ReleaseStore, "list" | "find">;
    readonly engine: Pick<Engine, "listImages" | "findBuildCacheBytes">;
    readonly meter: DiskMeter;
    readonly host: Pick<Host, "dataDirectory">;
}

/** Nobody waits longer for one part. */
const patienceMilliseconds = 30_000;

const directories: readonly (readonly [DiskPartName, string])[] = [
    ["releases", "releases"],
    ["replaced", "replaced"],
    ["logs", "logs"],
    ["workspaces", "workspaces"],
    ["artifacts", "artifacts"],
    ["caches", "caches"],
    ["mirrors", "repos"],
];

/** What each part of the product takes on this machine. Never throws: a part that cannot be measured says why. */
export async function measureParts(ports: DiskUsePorts): Promise<readonly DiskPart[]> {
    return Promise.all([
        ...directories.map(([part, name]) => tried(part, () => measureDirectory(ports, name))),
        tried("database", () => measureDatabase(ports)),
        tried("images", () => measureImages(ports)),
        tried("build_cache", async () => ({ bytes: await ports.engine.findBuildCacheBytes() })),
    ]);
}

type Measured = Pick<DiskPart, "count"> & { readonly bytes: number | undefined };

async function tried(part: DiskPartName, work: () => Promise<Measured>): Promise<DiskPart> {
    try {
        const { bytes, count } = await work();
        return { part, ...(bytes === undefined ? {} : { bytes }), ...(count === undefined ? {} : { count }) };
    } catch (error) {
        const isSlow = error instanceof Error && error.name === "TimeoutError";
        return { part, note: isSlow ? "It takes too long to add up." : errorMessage(error) };
    }
}

async function measureDirectory({ meter, host }: DiskUsePorts, name: string): Promise<Measured> {
    const directory = `${host.dataDirectory}/cicd/${name}`;
    const bytes = await meter.bytesOf(directory, AbortSignal.timeout(patienceMilliseconds));
    const entries = await meter.entries(directory);
    return { bytes, count: isGrouped(name) ? await countFiles(meter, directory, entries) : entries.length };
}

/** Whether things lie in folders of their own kind: logs of jobs beside those of deployments, caches by stack. */
const isGrouped = (name: string): boolean => name === "logs" || name === "caches";

async function countFiles(meter: DiskMeter, directory: string, entries: readonly DiskEntry[]): Promise<number> {
    const counts = await Promise.all(
        entries.map(async ({ name, isDirectory }) =>
            isDirectory ? (await meter.entries(`${directory}/${name}`)).length : 1,
        ),
    );
    return counts.reduce((sum, count) => sum + count, 0);
}

async function measureDatabase({ meter, host }: DiskUsePorts): Promise<Measured> {
    const names = ["dockge.db", "dockge.db-wal", "dockge.db-shm"];
    const sizes = await Promise.all(names.map((name) => meter.fileBytes(`${host.dataDirectory}/${name}`)));
    return { bytes: sizes.reduce((sum, size) => sum + size, 0) };
}

/** Those in the repositories that kept releases built into; layers that a repository's images share count once. */
async function measureImages(ports: DiskUsePorts): Promise<Measured> {
    const repositories = await builtRepositories(ports);
    const groups = new Map<string, ImageInfo[]>();
    for (const image of await ports.engine.listImages()) {
        const own = image.tags.map(repositoryOf).find((repository) => repositories.has(repository));
        if (own !== undefined) {
            groups.set(own, [...(groups.get(own) ?? []), image]);
        }
    }
    const all = [...groups.values()];
    return { bytes: all.reduce((sum, images) => sum + groupBytes(images), 0), count: all.flat().length };
}

async function builtRepositories({ deployments, releases }: DiskUsePorts): Promise<ReadonlySet<string>> {
    const found = new Set<string>();
    for (const stack of (await deployments.latest()).keys()) {
        for (const id of await releases.list(stack)) {
            const built = (await releases.find(id))?.images.filter((image) => image.built) ?? [];
            built.forEach(({ image }) => found.add(repositoryOf(image)));
        }
    }
    return found;
}

function groupBytes(images: readonly ImageInfo[]): number {
    const shared = images.map(({ sharedBytes = 0 }) => Math.max(0, sharedBytes));
    return images.reduce((sum, image) => sum + ownBytes(image), Math.max(0, ...shared));
}
