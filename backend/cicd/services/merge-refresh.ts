import type { RefreshImage } from "../../../common/schema/deployment.ts";
import type { DeploymentRecord, DeploymentStore } from "../core/deployment.ts";

export interface MergeRefreshPorts {
    readonly deployments: Pick<DeploymentStore, "update">;
    readonly announce: (deployment: DeploymentRecord) => void;
}

/**
 * Looks whether pushed images are being deployed already (`created: false`), or whether a deployment of pushed images
 * still waits and can take them along. Undefined where they need one of their own.
 */
export async function mergeRefresh(
    ports: MergeRefreshPorts,
    active: readonly DeploymentRecord[],
    images: readonly RefreshImage[],
): Promise<{ readonly deployment: DeploymentRecord; readonly created: boolean } | undefined> {
    const rows = active.filter((row) => row.refreshImages !== undefined && row.cancelRequestedAt === undefined);
    const newest = rows.at(-1);
    if (newest === undefined) {
        return undefined;
    }
    if (images.every((image) => isTaken(newest, image))) {
        return { deployment: newest, created: false };
    }
    if (newest.status !== "pending") {
        return undefined;
    }
    const merged = mergeImages(newest.refreshImages ?? [], images);
    const changed = await ports.deployments.update(newest.id, "pending", { refreshImages: merged });
    if (changed === undefined) {
        return undefined;
    }
    ports.announce(changed);
    return { deployment: changed, created: true };
}

/** Without a digest nobody knows whether a deployment that runs has pulled before or after the push. */
function isTaken(row: DeploymentRecord, { image, digest }: RefreshImage): boolean {
    const known = row.refreshImages?.some((one) => one.image === image && one.digest === digest) ?? false;
    return known && (digest !== undefined || row.status === "pending");
}

/** Both, each name once; what was pushed later counts. */
export function mergeImages(known: readonly RefreshImage[], pushed: readonly RefreshImage[]): readonly RefreshImage[] {
    const byName = new Map([...known, ...pushed].map((image) => [image.image, image]));
    return [...byName.values()];
}
