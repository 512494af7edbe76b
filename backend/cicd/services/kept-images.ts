import { AppError } from "../../../common/errors.ts";
import type { Host } from "../core/host.ts";
import type { ReleaseStore } from "../core/release.ts";
import { awaitsApproval } from "../core/deployment.ts";
import { type KeptImages, keptImages } from "./clean-images.ts";
import { type CleanUpPorts, goodOnes } from "./clean-up.ts";
import { readHistory } from "./stack-history.ts";

export interface AllKeptImagesPorts extends Pick<CleanUpPorts, "deployments" | "buildConfigs" | "repositories"> {
    readonly releases: Pick<ReleaseStore, "list" | "find">;
    readonly host: Pick<Host, "listStacks">;
}

/**
 * The images of all stacks' kept releases, and those that deployments need which wait for approval. Throws AppError
 * `conflict` while a deployment is at work, whose images no record names yet.
 */
export async function allKeptImages(ports: AllKeptImagesPorts): Promise<KeptImages> {
    const active = (await ports.deployments.listActive()).filter((row) => !awaitsApproval(row));
    if (active.length > 0) {
        const stacks = [...new Set(active.map(({ stackId }) => stackId))].join(", ");
        throw new AppError("conflict", `images: ${stacks} is being deployed; remove images when that has ended`);
    }
    const names = new Set<string>();
    const ids = new Set<string>();
    for (const stack of (await ports.deployments.latest()).keys()) {
        const rows = await readHistory(ports.deployments, stack);
        const kept = await keptImages(ports, stack, rows, await goodOnes(ports, stack));
        kept.names.forEach((name) => names.add(name));
        kept.ids.forEach((id) => ids.add(id));
    }
    return { names, ids };
}
