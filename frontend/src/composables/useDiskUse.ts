import { useIntervalFn } from "@vueuse/core";
import type { DiskUse } from "../../../common/schema/disk.ts";
import { useLoaded, type Loaded } from "./useLoaded.ts";
import { useSocket } from "./useSocket.ts";

const lookAgainMs = 600_000;

/** What takes the disk, and what the last cleaning did. */
export function useDiskUse(): Loaded<DiskUse> {
    const { call } = useSocket();
    return useLoaded(async () => (await call("getDiskUse")).disk);
}

/** What is nearly full, looked at every ten minutes; nothing where it cannot be told. */
export function useDiskWarnings(): Loaded<readonly string[]> {
    const { call } = useSocket();
    const loaded = useLoaded(async () => (await call("getDiskWarnings")).warnings);
    useIntervalFn(() => void loaded.reload(), lookAgainMs);
    return loaded;
}
