import type { PageQuery } from "../../../common/schema/page.ts";
import type { ReleaseComparison, ReleasePair, ReleaseSummary } from "../../../common/schema/release.ts";
import { compareReleases, type CompareReleasesPorts } from "./compare-releases.ts";
import { listReleases, type ListReleasesPorts } from "./list-releases.ts";
import { createMaskers } from "./maskers.ts";
import type { MutablePage } from "./page.ts";
import { unpinStack, type UnpinPorts } from "./unpin-stack.ts";

export type ReleaseServicePorts = UnpinPorts & ListReleasesPorts & Omit<CompareReleasesPorts, "maskers">;

/** What both edges offer of a stack's releases. Throws AppError. */
export interface ReleaseServices {
    /** The kept ones, newest first. */
    listReleases(stack: string, page: PageQuery): Promise<MutablePage<ReleaseSummary>>;
    compareReleases(stack: string, pair: ReleasePair): Promise<ReleaseComparison>;
    /** Lets a stack deploy by itself again; fine where it was not pinned. */
    unpinStack(stack: string): Promise<void>;
}

export function releaseServices(ports: ReleaseServicePorts): ReleaseServices {
    const comparing = { ...ports, maskers: createMaskers() };
    return {
        listReleases: (stack, page) => listReleases(ports, stack, page),
        compareReleases: (stack, pair) => compareReleases(comparing, stack, pair),
        async unpinStack(stack) {
            await unpinStack(ports, stack);
        },
    };
}
