import type { CleanedItem, CleanUpReport } from "../../../common/schema/disk.ts";
import { errorMessage } from "../../../common/errors.ts";

/** Of long lists these many items are told. */
const mostItems = 200;

/** What a run of the cleaning has done so far. */
export interface CleanUpTally {
    removed(item: CleanedItem): void;
    left(item: CleanedItem & { readonly reason: string }): void;
    /** Does a part of the work; where that fails, it is said as left, and the run goes on. */
    trying(item: CleanedItem, work: () => Promise<void>): Promise<void>;
    report(completedAt: Date): CleanUpReport;
}

export function createTally(startedAt: Date, by: string | undefined): CleanUpTally {
    const removed: CleanedItem[] = [];
    const left: CleanedItem[] = [];
    let removedCount = 0;
    let leftCount = 0;
    let freedBytes = 0;

    function leave(item: CleanedItem): void {
        leftCount += 1;
        if (left.length < mostItems) {
            left.push(item);
        }
    }

    return {
        removed(item) {
            removedCount += 1;
            freedBytes += item.bytes ?? 0;
            if (removed.length < mostItems) {
                removed.push(item);
            }
        },
        left: leave,
        async trying(item, work) {
            try {
                await work();
            } catch (error) {
                leave({ ...item, reason: errorMessage(error) });
            }
        },
        report: (completedAt) => ({
            startedAt: startedAt.toISOString(),
            completedAt: completedAt.toISOString(),
            by,
            freedBytes,
            removedCount,
            removed,
            leftCount,
            left,
        }),
    };
}
