import { errorCode } from "../../../common/errors.ts";
import type { DeploymentStore } from "../core/deployment.ts";
import type { DiskMeter } from "../core/disk-meter.ts";
import type { Engine } from "../core/engine.ts";
import { ownBytes } from "../core/left-images.ts";
import type { ReleaseStore } from "../core/release.ts";
import type { CleanedMachine } from "./cleaned-machines.ts";
import type { CleanUpTally } from "./clean-up-tally.ts";
import { pruneReleases } from "./prune-releases.ts";

export interface CleanReleasesPorts {
    readonly deployments: DeploymentStore;
    readonly releases: ReleaseStore;
    readonly meter: DiskMeter;
}

/** Removes a stack's releases beyond those to keep, such as those whose removal failed after a deployment. */
export async function cleanReleases(
    ports: CleanReleasesPorts,
    tally: CleanUpTally,
    given: {
        readonly stack: string;
        readonly keep: number;
        readonly machines: readonly CleanedMachine[];
        readonly signal: AbortSignal;
    },
): Promise<void> {
    const { stack, keep, signal } = given;
    const engines = given.machines.map((machine) => tellingEngine(machine, stack, tally));
    const releases = tellingReleases(ports, stack, tally, signal);
    await pruneReleases({ deployments: ports.deployments, releases, engines }, stack, keep);
}

function tellingEngine(
    { engine, name: machine, images }: CleanedMachine,
    stack: string,
    tally: CleanUpTally,
): Pick<Engine, "removeImage"> {
    return {
        async removeImage(name) {
            const found = await engine.findImage(name);
            if (found === undefined) {
                return;
            }
            try {
                await engine.removeImage(name);
            } catch (error) {
                if (errorCode(error) === "conflict") {
                    const reason = "a container uses it; its release is kept as long";
                    tally.left({ part: "images", name, stack, machine, reason });
                }
                throw error;
            }
            const listed = images.find(({ id }) => id === found.id);
            const bytes = listed === undefined || found.tags.length > 1 ? 0 : ownBytes(listed);
            tally.removed({ part: "images", name, stack, machine, bytes });
        },
    };
}

function tellingReleases(
    { releases, meter }: CleanReleasesPorts,
    stack: string,
    tally: CleanUpTally,
    signal: AbortSignal,
): ReleaseStore {
    return {
        ...releases,
        async remove(id) {
            const files = releases.filesDirectory(id);
            const bytes = await meter.bytesOf(files.slice(0, files.lastIndexOf("/")), signal);
            await releases.remove(id);
            tally.removed({ part: "releases", name: id, stack, bytes });
        },
    };
}
