import { AppError } from "../../../common/errors.ts";
import type { Preview } from "../../../common/schema/preview.ts";
import type { BuildConfigStore } from "../core/build-config.ts";
import type { Clock } from "../core/clock.ts";
import type { DeploymentStore } from "../core/deployment.ts";
import type { Machines } from "../core/machine.ts";
import { createMasker } from "../core/mask.ts";
import { type Release, releaseId } from "../core/release.ts";
import { findLiveRelease } from "./check-out.ts";
import { type Connection, secretValues } from "./connection.ts";
import type { DeploymentRun } from "./deployment-run.ts";
import { imagineRun } from "./imagine-run.ts";
import { findDeployment } from "./list-deployments.ts";
import { asRefusal } from "./preview-deployment.ts";
import { previewRelease, type PreviewReleasePorts } from "./preview-release.ts";

export interface PreviewBuiltPorts extends PreviewReleasePorts {
    readonly deployments: DeploymentStore;
    readonly stackMachines: Machines;
}

export interface PreviewKeptPorts extends PreviewBuiltPorts {
    readonly buildConfigs: BuildConfigStore;
    readonly clock: Clock;
}

/** What putting a release live that was built would change. */
export async function previewBuilt(
    ports: PreviewBuiltPorts,
    run: DeploymentRun,
    release: Release,
    { config }: Pick<Connection, "config">,
): Promise<Preview> {
    const machines = await ports.stackMachines.of(run.stack, config);
    const previous = await findLiveRelease(ports, run.stack);
    return previewRelease(ports, run, { release, previous, machines, isBuilt: true, notes: [] });
}

/**
 * What putting a deployment's kept release live now would change: for one that waits for approval, and for one that
 * could be rolled back to. Throws `not_found` for an unknown deployment, `conflict` where its release is not kept.
 */
export async function previewKept(
    ports: PreviewKeptPorts,
    { id, signal }: { readonly id: string; readonly signal: AbortSignal },
): Promise<Preview> {
    const deployment = await findDeployment(ports, id);
    const release = await ports.releases.find(releaseId(deployment));
    const config = await ports.buildConfigs.findByStack(deployment.stackId);
    if (release === undefined || config === undefined) {
        throw new AppError("conflict", "deployment: its release is not kept; there is nothing to preview");
    }
    const previous = await findLiveRelease(ports, deployment.stackId);
    const masker = createMasker(secretValues([...release.variables, ...(previous?.variables ?? [])]));
    const { run } = imagineRun(ports, { deployment, signal, mask: (text) => masker.mask(text) });
    try {
        return await previewBuilt(ports, run, release, { config });
    } catch (error) {
        throw asRefusal(run, error);
    }
}
