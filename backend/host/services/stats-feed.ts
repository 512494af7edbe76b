import type { ContainerStats, StackStats } from "../../../common/schema/container-stats.ts";
import { cpuPercent, type ContainerUsage, type UsageSample } from "../core/container-usage.ts";
import type { FindProjectContainers, ProjectContainer } from "../core/project-containers.ts";

export interface StatsFeedPorts {
    readonly usage: Pick<ContainerUsage, "sample">;
    readonly findContainers: FindProjectContainers;
    /** Waits so many milliseconds; resolves early when the signal aborts. */
    readonly pause: (milliseconds: number, signal: AbortSignal) => Promise<void>;
    readonly stopping: AbortSignal;
    readonly now: () => Date;
}

export type StatsListener = (stats: StackStats) => void;

/** What stacks' containers use, as long as somebody asks. */
export interface StatsFeed {
    /** Tells the listener about every two seconds, until it is taken back. */
    subscribe(stack: string, listener: StatsListener): void;
    unsubscribe(stack: string, listener: StatsListener): void;
}

/** A share of the processor is known only after two samples: the first two follow each other sooner. */
const firstPause = 500;
const nextPause = 2000;

interface Feed {
    readonly listeners: Set<StatsListener>;
    readonly ended: AbortController;
}

export function createStatsFeed(ports: StatsFeedPorts): StatsFeed {
    const feeds = new Map<string, Feed>();

    function begin(stack: string): Feed {
        const feed: Feed = { listeners: new Set(), ended: new AbortController() };
        feeds.set(stack, feed);
        void follow(ports, stack, feed);
        return feed;
    }

    return {
        subscribe(stack, listener) {
            (feeds.get(stack) ?? begin(stack)).listeners.add(listener);
        },
        unsubscribe(stack, listener) {
            const feed = feeds.get(stack);
            if (feed?.listeners.delete(listener) === true && feed.listeners.size === 0) {
                feeds.delete(stack);
                feed.ended.abort();
            }
        },
    };
}

async function follow(ports: StatsFeedPorts, stack: string, { listeners, ended }: Feed): Promise<void> {
    const signal = AbortSignal.any([ports.stopping, ended.signal]);
    let before: ReadonlyMap<string, UsageSample> | undefined;
    for (;;) {
        // An engine that is away is asked again: the page shows elsewhere that it is.
        const containers = await ports.findContainers(stack).catch(() => []);
        const now = await sampleAll(ports, containers);
        if (signal.aborted) {
            return;
        }
        if (before !== undefined) {
            const stats = { stackName: stack, time: ports.now().toISOString(), ...compare(containers, before, now) };
            listeners.forEach((listener) => listener(stats));
        }
        const wait = before === undefined ? firstPause : nextPause;
        before = now;
        await ports.pause(wait, signal);
    }
}

async function sampleAll(
    { usage }: StatsFeedPorts,
    containers: readonly ProjectContainer[],
): Promise<ReadonlyMap<string, UsageSample>> {
    const running = containers.filter(({ state }) => state === "running" || state === "paused");
    const samples = await Promise.all(
        running.map(async ({ id }) => [id, await usage.sample(id).catch(() => undefined)] as const),
    );
    return new Map(samples.flatMap(([id, sample]) => (sample === undefined ? [] : [[id, sample] as const])));
}

function compare(
    containers: readonly ProjectContainer[],
    before: ReadonlyMap<string, UsageSample>,
    now: ReadonlyMap<string, UsageSample>,
): { containers: ContainerStats[] } {
    const rows = containers.flatMap(({ id, name, service }) => {
        const sample = now.get(id);
        return sample === undefined ? [] : [toRow({ container: name, service }, before.get(id), sample)];
    });
    return { containers: rows.sort((a, b) => a.container.localeCompare(b.container)) };
}

function toRow(
    names: Pick<ContainerStats, "container" | "service">,
    before: UsageSample | undefined,
    { memoryBytes, memoryLimitBytes, receivedBytes, sentBytes, ...cpu }: UsageSample,
): ContainerStats {
    const sample = { memoryBytes, memoryLimitBytes, receivedBytes, sentBytes };
    const percent = cpuPercent(before, { ...sample, ...cpu });
    return { ...names, ...sample, cpuPercent: Math.round(percent * 100) / 100 };
}
