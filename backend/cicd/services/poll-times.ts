import { backOff, jittered, startDelay } from "../core/poll-timing.ts";
import type { PollPlan } from "./poll-plans.ts";

/** After a change a moment passes: who connects a stack by hand or by script often saves more than once. */
const settleMilliseconds = 10_000;

/** When one remote is polled next. */
export interface PollTime {
    /** Milliseconds since the epoch. */
    readonly due: number;
    /** When that was decided. */
    readonly since: number;
    /** How many times in a row it failed. */
    readonly failures: number;
}

export interface PollTimes {
    /** Takes over new plans; what is new or belongs to a changed stack is due soon. */
    take(plans: readonly PollPlan[], changed: ReadonlySet<string>): void;
    find(plan: PollPlan): PollTime | undefined;
    /** When it is due. Where the clock was set back, the pause begins anew. */
    due(plan: PollPlan): number;
    /** Sets the time after a poll that began at `before`, unless a change meanwhile has set another. */
    polled(plan: PollPlan, before: PollTime | undefined, answered: boolean): void;
}

/** The times of all polls. `random` is in [0, 1); the first plans that are taken are those of the start. */
export function createPollTimes(ports: { readonly now: () => number; readonly random: () => number }): PollTimes {
    const times = new Map<string, PollTime>();
    let isStart = true;

    function after(milliseconds: number): Pick<PollTime, "due" | "since"> {
        const since = ports.now();
        return { since, due: since + milliseconds };
    }

    return {
        take(plans, changed) {
            const fresh = plans.filter(
                ({ access, stacks }) => !times.has(access) || stacks.some((stack) => changed.has(stack)),
            );
            fresh.forEach(({ access }, index) => {
                const delay = isStart ? startDelay(index, fresh.length, ports.random()) : settleMilliseconds;
                times.set(access, { ...after(delay), failures: 0 });
            });
            const planned = new Set(plans.map(({ access }) => access));
            [...times.keys()].filter((access) => !planned.has(access)).forEach((access) => times.delete(access));
            isStart = false;
        },
        find: ({ access }) => times.get(access),
        due({ access }) {
            const time = times.get(access);
            if (time === undefined || time.since <= ports.now()) {
                return time?.due ?? ports.now();
            }
            const moved = { ...time, ...after(time.due - time.since) };
            times.set(access, moved);
            return moved.due;
        },
        polled({ access, intervalSeconds }, before, answered) {
            if (before === undefined || times.get(access) !== before) {
                return;
            }
            const failures = answered ? 0 : before.failures + 1;
            times.set(access, { ...after(jittered(backOff(intervalSeconds, failures), ports.random())), failures });
        },
    };
}
