import { errorCode } from "../../../common/errors.ts";
import type { DeploymentStore } from "../core/deployment.ts";
import type { Engine } from "../core/engine.ts";
import { type Release, releaseId, type ReleaseStore } from "../core/release.ts";

export interface PrunePorts {
    readonly deployments: DeploymentStore;
    readonly releases: ReleaseStore;
    /** Of every machine that images of the stack may lie on. */
    readonly engines: readonly Pick<Engine, "removeImage">[];
}

/**
 * Keeps the releases of the last `keep` good deployments, and what is live; removes the others with those of their
 * built images that no kept release, of whichever stack, uses. Never touches an image that no release of ours built.
 */
export async function pruneReleases(ports: PrunePorts, stack: string, keep: number): Promise<void> {
    const kept = await releasesToKeep(ports, stack, keep);
    const all = await loadReleases(ports.releases, stack);
    const gone = all.filter((release) => !kept.has(release.deploymentId));
    if (gone.length === 0) {
        return;
    }
    const used = new Set(all.filter((release) => kept.has(release.deploymentId)).flatMap(builtImages));
    const usedElsewhere = await imagesOfOthers(ports, stack);
    for (const release of gone) {
        const images = builtImages(release).filter((name) => !used.has(name) && !usedElsewhere.has(name));
        const isClear = await Promise.all(ports.engines.map((engine) => removeImages(engine, images)));
        if (isClear.every(Boolean)) {
            await ports.releases.remove(release.deploymentId);
        }
    }
}

/** False where a container holds one of them: the release is kept then, so that the next time tries again. */
async function removeImages(engine: Pick<Engine, "removeImage">, names: readonly string[]): Promise<boolean> {
    try {
        for (const name of names) {
            await engine.removeImage(name);
        }
        return true;
    } catch (error) {
        if (errorCode(error) === "conflict") {
            return false;
        }
        throw error;
    }
}

/** Two stacks may build the same commit under the same name. */
async function imagesOfOthers({ deployments, releases }: PrunePorts, stack: string): Promise<ReadonlySet<string>> {
    const others = [...(await deployments.latest()).keys()].filter((other) => other !== stack);
    const kept = await Promise.all(others.map((other) => loadReleases(releases, other)));
    return new Set(kept.flat().flatMap(builtImages));
}

async function releasesToKeep(ports: PrunePorts, stack: string, keep: number): Promise<ReadonlySet<string>> {
    const kept = new Set<string>();
    let cursor: string | undefined;
    while (kept.size < keep) {
        const page = await ports.deployments.list(stack, 200, cursor);
        for (const row of page) {
            if (row.status === "successful" && kept.size < keep) {
                kept.add(releaseId(row));
            }
        }
        cursor = page.at(-1)?.id;
        if (page.length < 200) {
            break;
        }
    }
    const live = await ports.deployments.findLive(stack);
    for (const row of [...(live === undefined ? [] : [live]), ...(await ports.deployments.listActive(stack))]) {
        const machines = row.machines.flatMap(({ releaseId: own, before }) => [own, row === live ? undefined : before]);
        for (const id of [releaseId(row), ...machines]) {
            if (id !== undefined) {
                kept.add(id);
            }
        }
    }
    return kept;
}

async function loadReleases(store: ReleaseStore, stack: string): Promise<readonly Release[]> {
    const ids = await store.list(stack);
    const found = await Promise.all(ids.map((id) => store.find(id)));
    return found.filter((release) => release !== undefined);
}

function builtImages(release: Release): readonly string[] {
    return release.images.filter((image) => image.built).map((image) => image.image);
}
