import { expect, it } from "vitest";
import { toUsageSample } from "../../../../../backend/host/adapters/docker/usage-sample.ts";
import { cpuPercent } from "../../../../../backend/host/core/container-usage.ts";
import { Stats } from "../../../../../backend/platform/docker/stats.ts";

const cpu_stats = { cpu_usage: { total_usage: 3000 }, system_cpu_usage: 40_000, online_cpus: 4 };

it.each([
    ["first", { total_inactive_file: 30, inactive_file: 10 }, 70],
    ["second", { inactive_file: 40 }, 60],
    ["no", {}, 100],
])("takes cached files off the memory with the %s version of control groups", (_version, stats, bytes) => {
    const sample = toUsageSample(Stats.parse({ cpu_stats, memory_stats: { usage: 100, limit: 500, stats } }));
    expect(sample).toMatchObject({ memoryBytes: bytes, memoryLimitBytes: 500, receivedBytes: 0 });
});

it("adds up all networks", () => {
    const networks = { eth0: { rx_bytes: 1, tx_bytes: 2 }, eth1: { rx_bytes: 10, tx_bytes: 20 } };
    const sample = toUsageSample(Stats.parse({ cpu_stats, memory_stats: { usage: 1, limit: 1 }, networks }));
    expect(sample).toMatchObject({ receivedBytes: 11, sentBytes: 22 });
});

it("knows nothing of a container that does not run", () => {
    const stopped = { cpu_stats: { cpu_usage: { total_usage: 0 } }, memory_stats: {} };
    expect(toUsageSample(Stats.parse(stopped))).toBeUndefined();
});

it("computes percent of one core as the docker command does", () => {
    const now = toUsageSample(Stats.parse({ cpu_stats, memory_stats: { usage: 1, limit: 1 } }));
    const before = now && { ...now, cpuNanoseconds: 1000, systemNanoseconds: 20_000 };
    expect(now && cpuPercent(before, now)).toBe(40);
    expect(now && cpuPercent(undefined, now)).toBe(0);
});
