import { expect, it } from "vitest";
import type { UsageSample } from "../../../../backend/host/core/container-usage.ts";
import type { ProjectContainer } from "../../../../backend/host/core/project-containers.ts";
import { createStatsFeed } from "../../../../backend/host/services/stats-feed.ts";
import { createStatsTable } from "../../../../backend/host/services/stats-table.ts";
import type { StackStats } from "../../../../common/schema/container-stats.ts";
import { until } from "../../../support/until.ts";

const container = (id: string, state = "running"): ProjectContainer => ({
    ...{ id, name: `shop-${id}-1`, service: id, replica: 1, state },
    ...{ image: "nginx", imageId: "i", oneOff: false },
});

/** An engine whose containers use a quarter of one core of two; time goes on when the test says so. */
function createFeed() {
    const containers = [container("web"), container("old", "exited")];
    const waits: (() => void)[] = [];
    let looks = 0;
    const sample = (): UsageSample => ({
        ...{ cpuNanoseconds: looks * 250, systemNanoseconds: looks * 2000, cores: 2 },
        ...{ memoryBytes: 5, memoryLimitBytes: 10, receivedBytes: 1, sentBytes: 2 },
    });
    const feed = createStatsFeed({
        usage: { sample: async () => sample() },
        findContainers: async () => {
            looks += 1;
            return [...containers];
        },
        pause: (_milliseconds, signal) =>
            new Promise((resolve) => {
                waits.push(resolve);
                signal.addEventListener("abort", () => resolve());
            }),
        stopping: new AbortController().signal,
        now: () => new Date(0),
    });
    async function goOn(): Promise<void> {
        await until(async () => waits.length > 0);
        waits.splice(0).forEach((wake) => wake());
    }
    return { feed, containers, goOn, looks: () => looks };
}

it("tells all who ask the same, after the second look, and follows containers that come and go", async () => {
    const { feed, containers, goOn } = createFeed();
    const [first, second]: [StackStats[], StackStats[]] = [[], []];
    feed.subscribe("shop", (stats) => void first.push(stats));
    feed.subscribe("shop", (stats) => void second.push(stats));
    await goOn();
    await until(async () => first.length === 1);
    expect(second).toEqual(first);
    expect(first[0]?.containers).toEqual([
        {
            ...{ container: "shop-web-1", service: "web", cpuPercent: 25, memoryBytes: 5, memoryLimitBytes: 10 },
            ...{ receivedBytes: 1, sentBytes: 2 },
        },
    ]);
    containers.push(container("new"));
    await goOn();
    await until(async () => first.length === 2);
    expect(first[1]?.containers.map(({ service, cpuPercent }) => [service, cpuPercent])).toEqual([
        ["new", 0],
        ["web", 25],
    ]);
});

it("looks no more when nobody asks, and begins anew for the next", async () => {
    const { feed, goOn, looks } = createFeed();
    const told: StackStats[] = [];
    const listener = (stats: StackStats): void => void told.push(stats);
    feed.subscribe("shop", listener);
    await goOn();
    await until(async () => told.length === 1);
    feed.unsubscribe("shop", listener);
    const before = looks();
    await goOn();
    await new Promise(setImmediate);
    expect([told.length, looks() - before <= 1]).toEqual([1, true]);
    feed.subscribe("shop", listener);
    await goOn();
    await until(async () => told.length === 2);
});

it("runs one process for all who ask for the table, and answers it again for two seconds", async () => {
    let time = 0;
    let asked = 0;
    const table = async () => {
        asked += 1;
        return [{ Name: "web", CPUPerc: "1%" }];
    };
    const statsTable = createStatsTable({ table }, () => time);
    const [one, two] = await Promise.all([statsTable(), statsTable()]);
    expect(one).toEqual({ dockerStats: { web: { Name: "web", CPUPerc: "1%" } } });
    expect(two).toBe(one);
    time = 1999;
    await statsTable();
    expect(asked).toBe(1);
    time = 2000;
    await statsTable();
    expect(asked).toBe(2);
});
