import type { DeploymentStore } from "../core/deployment.ts";
import type { Engine } from "../core/engine.ts";
import { type Release, releaseId, type ReleaseStore } from "../core/release.ts";

export interface PrunePorts {
    readonly deployments: DeploymentStore;
    readonly releases: ReleaseStore;
    readonly engine: Engine;
}

/**
 * Keeps the releases of the last `keep` good deployments, and what is live; removes the others with those of their
 * built images that no kept release uses. Never touches an image that no release of ours built.
 */
export async function pruneReleases(ports: PrunePorts, stack: string, keep: number): Promise<void> {
    const kept = await releasesToKeep(ports, stack, keep);
    const all = await loadReleases(ports.releases, stack);
    const gone = all.filter((release) => !kept.has(release.deploymentId));
    const used = new Set(all.filter((release) => kept.has(release.deploymentId)).flatMap(builtImages));
    for (const release of gone) {
        for (const image of builtImages(release).filter((name) => !used.has(name))) {
            await ports.engine.removeImage(image);
        }
        await ports.releases.remove(release.deploymentId);
    }
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
    for (const row of await ports.deployments.listActive(stack)) {
        kept.add(releaseId(row));
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
