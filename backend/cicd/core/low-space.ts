import type { DiskSpace } from "../../../common/schema/disk.ts";
import type { FreeSpace } from "./disk-meter.ts";

const leastShare = 0.05;
const leastBytes = 2 * 1024 ** 3;

/** Whether a disk is nearly full: less than 5 % of it is free, or less than 2 GiB, whichever is more. */
export function isLow({ freeBytes, totalBytes }: FreeSpace): boolean {
    // A disk that is smaller than the bound would be low when it is empty.
    return freeBytes < Math.max(leastShare * totalBytes, Math.min(leastBytes, totalBytes / 2));
}

const placeNames = {
    data: "the data directory",
    docker: "Docker's directory",
    stacks: "the stacks' directory",
} as const;

/** A sentence for people about a disk that is nearly full. */
export function lowSpaceWarning(machine: string, { place, path, freeBytes, totalBytes }: DiskSpace): string {
    const share = totalBytes === 0 ? 0 : (100 * freeBytes) / totalBytes;
    return (
        `${placeNames[place]} (${path}) on ${machine} has ${inGigabytes(freeBytes)} of ${inGigabytes(totalBytes)} free ` +
        `(${share.toFixed(1)} %): deployments fail once it is full.`
    );
}

function inGigabytes(bytes: number): string {
    return `${(bytes / 1e9).toFixed(1)} GB`;
}
