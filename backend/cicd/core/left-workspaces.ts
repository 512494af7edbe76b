import type { DiskEntry } from "./disk-meter.ts";

/** Longer than any preview, test or build takes. */
const dayMilliseconds = 24 * 3600_000;

/** Workspaces that nobody works in: of no deployment or pipeline that waits or runs, and older than a day. */
export function leftWorkspaces(
    entries: readonly DiskEntry[],
    activeIds: readonly string[],
    now: Date,
): readonly DiskEntry[] {
    return entries.filter(
        ({ name, modifiedAt }) =>
            now.getTime() - Date.parse(modifiedAt) > dayMilliseconds &&
            !activeIds.some((id) => name.endsWith(`-${id}`)),
    );
}
