import type { Clock } from "../core/clock.ts";
import type { Schedules } from "../core/schedule.ts";
import type { CleanUps } from "./clean-ups.ts";
import type { DiskSpaces } from "./disk-spaces.ts";
import { createTicker, type Ticker } from "./ticker.ts";

export interface HousekeepingPorts {
    readonly cleanUps: Pick<CleanUps, "run" | "last">;
    readonly spaces: Pick<DiskSpaces, "local" | "all">;
    readonly schedules: Schedules;
    readonly clock: Clock;
    /** In [0, 1). */
    readonly random: () => number;
    readonly onError: (error: unknown) => void;
}

const nightly = "30 3 * * *";
const jitterMilliseconds = 3600_000;
/** Of a machine that is off at night, and of a server that has just been started. */
const overdueMilliseconds = 26 * 3600_000;
const settleMilliseconds = 900_000;
/** Asking the targets needs a connection to each. */
const targetsMilliseconds = 900_000;
const lookMilliseconds = 60_000;

/** Looks at the disks every minute, at those of targets every quarter of an hour, and cleans up once a day. */
export function createHousekeeping(ports: HousekeepingPorts): Pick<Ticker, "start" | "stop"> {
    const schedule = ports.schedules.read(nightly, undefined);
    const started = ports.clock.now().getTime();
    let next: number | undefined;
    let targetsAt = started + targetsMilliseconds;

    async function firstRun(): Promise<number> {
        const last = await ports.cleanUps.last();
        const isOverdue = last === undefined || started - Date.parse(last.completedAt) > overdueMilliseconds;
        return isOverdue ? started + settleMilliseconds * (1 + ports.random()) : tonight(new Date(started));
    }

    /** Not all servers that share an engine or a registry at the same moment. */
    function tonight(after: Date): number {
        const time = schedule.next(after)?.getTime() ?? after.getTime() + overdueMilliseconds;
        return time + ports.random() * jitterMilliseconds;
    }

    async function turn(): Promise<number> {
        const now = ports.clock.now();
        next ??= await firstRun();
        await ports.spaces.local();
        if (now.getTime() >= targetsAt) {
            targetsAt = now.getTime() + targetsMilliseconds;
            await ports.spaces.all();
        }
        if (now.getTime() >= next) {
            next = tonight(now);
            await ports.cleanUps.run();
        }
        return lookMilliseconds;
    }

    return createTicker({ clock: ports.clock, turn, onError: ports.onError });
}
