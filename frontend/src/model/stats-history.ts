import type { ContainerStats } from "../../../common/schema/container-stats.ts";

/** What a container used over the last minutes: one value of each list per look, times in seconds since the epoch. */
export interface StatsHistory {
    readonly times: readonly number[];
    readonly cpuPercent: readonly number[];
    readonly memoryBytes: readonly number[];
    readonly latest: ContainerStats;
}

/** By container name. */
export type StackHistory = ReadonlyMap<string, StatsHistory>;

export const keptSeconds = 300;

/** The history with one more look. Containers that are gone are forgotten, and so is what is older than five minutes. */
export function addLook(known: StackHistory, seconds: number, containers: readonly ContainerStats[]): StackHistory {
    return new Map(containers.map((stats) => [stats.container, extend(known.get(stats.container), seconds, stats)]));
}

function extend(before: StatsHistory | undefined, seconds: number, latest: ContainerStats): StatsHistory {
    const times = before?.times ?? [];
    // A clock that was set back would draw lines to the left.
    const isOrdered = (times.at(-1) ?? 0) < seconds;
    const keepFrom = isOrdered ? times.findIndex((time) => time >= seconds - keptSeconds) : -1;
    const kept = (values: readonly number[] | undefined): readonly number[] =>
        keepFrom === -1 ? [] : (values ?? []).slice(keepFrom);
    return {
        times: [...kept(times), seconds],
        cpuPercent: [...kept(before?.cpuPercent), latest.cpuPercent],
        memoryBytes: [...kept(before?.memoryBytes), latest.memoryBytes],
        latest,
    };
}
