import type { CleanUpReport, DiskPlace, DiskUse } from "../../../common/schema/disk.ts";
import type { Caller } from "../core/host.ts";
import type { Clock } from "../core/clock.ts";
import type { CleanUps } from "./clean-ups.ts";
import type { DiskSpaces } from "./disk-spaces.ts";
import { type DiskUsePorts, measureParts } from "./disk-use.ts";
import { rememberAnswer } from "./remembered-answer.ts";

/** What both edges offer of the disk and its cleaning. */
export interface DiskServices {
    /** At most a minute old. */
    findDiskUse(): Promise<DiskUse>;
    /** A sentence for every place that is nearly full, as it was last looked at. */
    findDiskWarnings(): readonly string[];
    /** What of this machine's places is nearly full. */
    findLowPlaces(): Promise<readonly DiskPlace[]>;
    /** Cleans up now, or joins the run that is going on; answers what was done. */
    cleanUp(caller: Caller): Promise<CleanUpReport>;
}

export interface DiskPorts extends DiskUsePorts {
    readonly spaces: DiskSpaces;
    readonly cleanUps: CleanUps;
    readonly clock: Clock;
    readonly buildCacheLimitBytes?: number | undefined;
}

const rememberedMilliseconds = 60_000;

export function createDiskServices(ports: DiskPorts): DiskServices & { forget(): void } {
    const { spaces, cleanUps, clock, buildCacheLimitBytes } = ports;
    const measured = rememberAnswer(clock, rememberedMilliseconds, async () => {
        const [parts, machines] = await Promise.all([measureParts(ports), spaces.all()]);
        return { parts: [...parts], machines: [...machines], measuredAt: clock.now().toISOString() };
    });
    return {
        async findDiskUse() {
            const lastCleanUp = await cleanUps.last();
            return {
                ...(await measured.get()),
                warnings: [...spaces.warnings()],
                cleaning: cleanUps.isRunning(),
                ...(buildCacheLimitBytes === undefined ? {} : { buildCacheLimitBytes }),
                ...(lastCleanUp === undefined ? {} : { lastCleanUp }),
            };
        },
        findDiskWarnings: () => spaces.warnings(),
        findLowPlaces: async () => (await spaces.local()).spaces.filter(({ low }) => low).map(({ place }) => place),
        cleanUp: (caller) => cleanUps.run(caller.username),
        forget: () => measured.forget(),
    };
}
