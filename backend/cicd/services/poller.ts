import { pickPolls } from "../core/poll-timing.ts";
import { planPolls, type PollPlan } from "./poll-plans.ts";
import { pollRemote, type PollRemotePorts } from "./poll-remote.ts";
import { createPollTimes } from "./poll-times.ts";
import { createTicker, type Ticker } from "./ticker.ts";

const idleMilliseconds = 60_000;

export type PollerPorts = PollRemotePorts & {
    /** In [0, 1). */
    readonly random: () => number;
};

export interface Poller extends Pick<Ticker, "start" | "stop"> {
    /** Tells that a stack's repository or build configuration was saved or removed. */
    changed(stack: string): void;
}

/**
 * Asks the remotes of all repositories with `autoSync` for new commits: each soon after the start, then every
 * `pollIntervalSeconds`, ±10 %, a few at once; one that fails is asked less and less often, at least every hour.
 */
export function createPoller(ports: PollerPorts): Poller {
    const stopping = new AbortController();
    const running = new Map<string, { readonly host: string; readonly poll: Promise<void> }>();
    const now = (): number => ports.clock.now().getTime();
    const times = createPollTimes({ now, random: ports.random });
    let plans: readonly PollPlan[] = [];
    let changed = new Set<string>();
    let isStale = true;

    async function plan(): Promise<void> {
        isStale = false;
        const all = await ports.repositories.list().catch((error: unknown) => {
            isStale = true;
            throw error;
        });
        plans = planPolls(all);
        times.take(plans, changed);
        changed = new Set();
    }

    async function poll(one: PollPlan): Promise<void> {
        const before = times.find(one);
        const answered = await pollRemote(ports, one, stopping.signal).catch((error: unknown) => {
            ports.onError(error);
            return false;
        });
        times.polled(one, before, answered);
        running.delete(one.access);
        ticker.wake();
    }

    async function turn(): Promise<number> {
        await (isStale ? plan() : undefined);
        const waiting = plans
            .filter(({ access }) => !running.has(access))
            .map((one) => ({ ...one, due: times.due(one) }))
            .sort((one, other) => one.due - other.due);
        const due = waiting.filter((one) => one.due <= now());
        const asking = [...running.values()].map(({ host }) => host);
        for (const one of stopping.signal.aborted ? [] : pickPolls(due, asking)) {
            running.set(one.access, { host: one.host, poll: poll(one) });
        }
        // For those that are due and have to wait, the end of a poll wakes.
        const next = waiting[due.length];
        return next === undefined ? idleMilliseconds : Math.max(next.due - now(), 0);
    }

    const ticker = createTicker({ clock: ports.clock, turn, onError: ports.onError });
    return {
        start: ticker.start,
        changed(stack) {
            changed.add(stack);
            isStale = true;
            ticker.wake();
        },
        async stop() {
            stopping.abort();
            await ticker.stop();
            await Promise.allSettled([...running.values()].map(({ poll: ending }) => ending));
        },
    };
}
