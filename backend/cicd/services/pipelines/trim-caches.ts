import type { DiskEntry } from "../../core/disk-meter.ts";
import type { JobFilePorts } from "./job-file-ports.ts";

/** Longer than packing takes. */
const dayMilliseconds = 24 * 3600_000;

interface TrimCall {
    readonly directory: string;
    /** Just saved: it stays. */
    readonly keep: string;
    readonly mostBytes: number;
}

/**
 * Removes caches, those first that were used or saved the longest ago, until the rest is within the limit, and what a crash
 * has left half written. Answers how many caches are gone.
 */
export async function trimCaches(
    { meter, files, clock }: Pick<JobFilePorts, "meter" | "files" | "clock">,
    { directory, keep, mostBytes }: TrimCall,
): Promise<number> {
    const entries = (await meter.entries(directory)).filter(({ isDirectory }) => !isDirectory);
    const surplus = beyond(entries, keep, mostBytes);
    const before = new Date(clock.now().getTime() - dayMilliseconds).toISOString();
    const left = entries.filter(({ name, modifiedAt }) => !isCache(name) && modifiedAt < before);
    for (const { name } of [...surplus, ...left]) {
        await files.remove(directory, name);
    }
    return surplus.length;
}

function beyond(entries: readonly DiskEntry[], keep: string, mostBytes: number): readonly DiskEntry[] {
    const caches = entries.filter(({ name }) => isCache(name));
    const newestFirst = caches.toSorted((a, b) => compare(b, a, keep));
    const surplus: DiskEntry[] = [];
    let bytes = 0;
    for (const entry of newestFirst) {
        bytes += entry.bytes;
        if (bytes > mostBytes && entry.name !== keep) {
            surplus.push(entry);
        }
    }
    return surplus;
}

function isCache(name: string): boolean {
    return name.endsWith(".tar");
}

function compare(one: DiskEntry, other: DiskEntry, keep: string): number {
    if (one.name === keep || other.name === keep) {
        return one.name === keep ? 1 : -1;
    }
    return one.modifiedAt < other.modifiedAt ? -1 : Number(one.modifiedAt > other.modifiedAt);
}
