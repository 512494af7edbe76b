import type { BuildConfigRecord, BuildConfigStore } from "../core/build-config.ts";
import type { Clock } from "../core/clock.ts";
import type { DeploymentStore } from "../core/deployment.ts";
import type { RepositoryStore } from "../core/git-repository.ts";
import type { Schedule, Schedules } from "../core/schedule.ts";
import { type StackStateStore, whyPinned } from "../core/stack-state.ts";
import type { Enqueue } from "./enqueue-deployment.ts";
import { findPin } from "./find-pin.ts";
import { readSchedule } from "./schedule-times.ts";
import { createTicker, type Ticker } from "./ticker.ts";

const idleMilliseconds = 60_000;
/** A time that is found later than this was slept through; a clock that is off by more was set. */
const tooLateMilliseconds = 600_000;
/** Where a scheduled run is looked for that a restart may have missed. */
const recentDeployments = 20;

export interface SchedulerPorts {
    readonly repositories: Pick<RepositoryStore, "findByStack">;
    readonly buildConfigs: Pick<BuildConfigStore, "findByStack" | "list">;
    readonly deployments: Pick<DeploymentStore, "list" | "listActive" | "findLive">;
    readonly stackStates: Pick<StackStateStore, "findPin">;
    readonly schedules: Schedules;
    readonly enqueue: Enqueue;
    readonly clock: Clock;
    /** Something that the server's log should tell. */
    readonly onNotice: (message: string) => void;
    readonly onError: (error: unknown) => void;
}

export interface Scheduler extends Pick<Ticker, "start" | "stop"> {
    /** Tells that a build configuration was saved or removed. */
    changed(): void;
}

interface Entry {
    readonly stack: string;
    /** What it was made of. */
    readonly source: string;
    readonly schedule: Schedule;
    readonly next: Date | undefined;
    /** When that was decided. */
    readonly since: Date;
    /** The deployment, or the pin, that the last time was left out for. */
    readonly blockedBy?: string | undefined;
}

/**
 * Deploys the branch head of every stack with a `schedule` at its times, also where the commit is live already. A time
 * that comes while another deployment of the stack waits or runs is left out; so is one that the server was not there for.
 */
export function createScheduler(ports: SchedulerPorts): Scheduler {
    const entries = new Map<string, Entry>();
    let isStale = true;
    let isStart = true;

    async function plan(): Promise<void> {
        const configs = (await ports.buildConfigs.list()).filter(({ schedule }) => (schedule ?? "").trim() !== "");
        const stacks = new Set(configs.map(({ stackId }) => stackId));
        [...entries.keys()].filter((stack) => !stacks.has(stack)).forEach((stack) => entries.delete(stack));
        for (const config of configs.filter((one) => entries.get(one.stackId)?.source !== sourceOf(one))) {
            const entry = readEntry(ports, config);
            entries.delete(config.stackId);
            if (entry !== undefined) {
                entries.set(config.stackId, entry);
                await (isStart ? sayMissed(ports, config, entry) : undefined);
            }
        }
        isStart = false;
    }

    async function turn(): Promise<number> {
        if (isStale) {
            isStale = false;
            await plan().catch((error: unknown) => {
                isStale = true;
                throw error;
            });
        }
        const now = ports.clock.now();
        for (const entry of [...entries.values()].filter(({ since }) => wasSetBack(since, now))) {
            entries.set(entry.stack, { ...entry, ...nextAfter(entry.schedule, now) });
        }
        for (const entry of [...entries.values()].filter(({ next }) => next !== undefined && next <= now)) {
            // Before it runs: one that fails is not to be tried again and again.
            entries.set(entry.stack, { ...entry, ...nextAfter(entry.schedule, now) });
            const blockedBy = await runEntry(ports, entry);
            entries.set(entry.stack, { ...entry, ...nextAfter(entry.schedule, now), blockedBy });
        }
        const times = [...entries.values()].flatMap(({ next }) => (next === undefined ? [] : [next.getTime()]));
        return Math.max(Math.min(...times, now.getTime() + idleMilliseconds) - ports.clock.now().getTime(), 0);
    }

    const ticker = createTicker({ clock: ports.clock, turn, onError: ports.onError });
    return {
        start: ticker.start,
        stop: ticker.stop,
        changed() {
            isStale = true;
            ticker.wake();
        },
    };
}

function nextAfter(schedule: Schedule, since: Date): Pick<Entry, "next" | "since"> {
    return { since, next: schedule.next(since) };
}

/** Not by a few seconds: what has just run would run twice. */
function wasSetBack(since: Date, now: Date): boolean {
    return since.getTime() - now.getTime() > tooLateMilliseconds;
}

function sourceOf({ schedule, scheduleTimeZone }: BuildConfigRecord): string {
    return JSON.stringify([schedule, scheduleTimeZone]);
}

function readEntry(ports: SchedulerPorts, config: BuildConfigRecord): Entry | undefined {
    try {
        const schedule = readSchedule(ports, config);
        const stack = config.stackId;
        return schedule && { stack, source: sourceOf(config), schedule, ...nextAfter(schedule, ports.clock.now()) };
    } catch (error) {
        // It was valid when it was saved; this machine may know fewer time zones than another.
        ports.onError(error);
        return undefined;
    }
}

/** What kept it from running: the id of a deployment that waits or runs, or the words of a pin. */
async function runEntry(ports: SchedulerPorts, entry: Entry): Promise<string | undefined> {
    const { stack, next } = entry;
    const late = ports.clock.now().getTime() - (next?.getTime() ?? 0);
    if (late > tooLateMilliseconds) {
        ports.onNotice(`The schedule of the stack ${stack} is left out once: its time passed while the machine slept.`);
        return undefined;
    }
    const repository = await ports.repositories.findByStack(stack);
    const buildConfig = await ports.buildConfigs.findByStack(stack);
    if (repository === undefined || buildConfig === undefined || sourceOf(buildConfig) !== entry.source) {
        return undefined;
    }
    const pin = await findPin(ports, stack);
    const pinned = pin && whyPinned(pin);
    if (pinned !== undefined) {
        if (pinned !== entry.blockedBy) {
            ports.onNotice(`The schedule of the stack ${stack} is left out: it is ${pinned}.`);
        }
        return pinned;
    }
    const [active] = await ports.deployments.listActive(stack);
    if (active === undefined) {
        const ref = { type: "branch", name: repository.branch } as const;
        await ports.enqueue({ repository, buildConfig, ref, commit: "", triggeredBy: "scheduled" });
        return undefined;
    }
    if (active.id !== entry.blockedBy) {
        ports.onNotice(`The schedule of the stack ${stack} is left out while deployment ${active.id} is under way.`);
    }
    return active.id;
}

async function sayMissed(ports: SchedulerPorts, config: BuildConfigRecord, { schedule, next }: Entry): Promise<void> {
    const last = schedule.previous(ports.clock.now())?.toISOString();
    if (last === undefined || config.updatedAt >= last) {
        return;
    }
    const recent = await ports.deployments.list(config.stackId, recentDeployments);
    if (!recent.some((row) => row.triggeredBy === "scheduled" && row.createdAt >= last)) {
        ports.onNotice(
            `The schedule of the stack ${config.stackId} did not run at ${last}, and is not made up for; ` +
                `its next time is ${next?.toISOString() ?? "never"}.`,
        );
    }
}
