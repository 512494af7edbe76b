import type { DiskServices } from "../../backend/cicd/services/disk-services.ts";

/** A disk that is nearly full, and a cleaning that finds one log. */
export function createFakeDisk(): DiskServices {
    const at = "2026-01-31T12:00:00.000Z";
    const space = { place: "data", path: "/data", freeBytes: 1e9, totalBytes: 1e11, low: true } as const;
    return {
        findDiskUse: async () => ({
            measuredAt: at,
            parts: [{ part: "logs", bytes: 1000, count: 1 }],
            machines: [{ id: "local", name: "this machine", spaces: [space] }],
            warnings: ["it is nearly full"],
            cleaning: false,
        }),
        findDiskWarnings: () => ["it is nearly full"],
        findLowPlaces: async () => ["data"],
        cleanUp: async ({ username }) => ({
            startedAt: at,
            completedAt: at,
            by: username,
            freedBytes: 1000,
            removedCount: 1,
            removed: [{ part: "logs", name: "d1", stack: "web", bytes: 1000 }],
            leftCount: 0,
            left: [],
        }),
    };
}
