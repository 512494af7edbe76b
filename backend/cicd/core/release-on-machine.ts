import { localMachineId } from "./machine.ts";
import type { Release, ReleaseStore } from "./release.ts";

/** A release as one machine runs it: with the images, hashes and notes from there. */
export function releaseOn(release: Release, machineId: string): Release {
    if (machineId === localMachineId) {
        return release;
    }
    const there = release.machines?.[machineId];
    const { images, serviceHashes, services, applied } = there ?? { images: release.images, serviceHashes: {} };
    return { ...release, images, serviceHashes, services, applied };
}

/** The stored release with what one machine has made of it. */
export function noteOn(
    stored: Release,
    machineId: string,
    { images, serviceHashes, services, applied }: Release,
): Release {
    if (machineId === localMachineId) {
        return { ...stored, images, serviceHashes, services, applied };
    }
    const before = stored.machines?.[machineId];
    const there = { ...before, images, serviceHashes, services, applied };
    return { ...stored, machines: { ...stored.machines, [machineId]: there } };
}

/** The kept releases as one machine runs them. Nothing but a machine's own part is written back. */
export function releasesOn(releases: ReleaseStore, machineId: string): ReleaseStore {
    return {
        ...releases,
        async find(id) {
            const found = await releases.find(id);
            return found && releaseOn(found, machineId);
        },
        async update(release) {
            const stored = await releases.find(release.deploymentId);
            await releases.update(noteOn(stored ?? release, machineId, release));
        },
    };
}
