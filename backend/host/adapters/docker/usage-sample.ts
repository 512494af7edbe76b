import type { Stats } from "../../../platform/docker/stats.ts";
import type { UsageSample } from "../../core/container-usage.ts";

/** Undefined for a container that does not run. */
export function toUsageSample({ cpu_stats, memory_stats, networks }: Stats): UsageSample | undefined {
    const { usage, limit } = memory_stats;
    if (usage === undefined) {
        return undefined;
    }
    const traffic = Object.values(networks ?? {});
    return {
        cpuNanoseconds: cpu_stats.cpu_usage.total_usage,
        systemNanoseconds: cpu_stats.system_cpu_usage,
        cores: cpu_stats.online_cpus || (cpu_stats.cpu_usage.percpu_usage?.length ?? 1),
        memoryBytes: usage - cachedBytes(memory_stats, usage),
        memoryLimitBytes: limit,
        receivedBytes: traffic.reduce((sum, { rx_bytes }) => sum + rx_bytes, 0),
        sentBytes: traffic.reduce((sum, { tx_bytes }) => sum + tx_bytes, 0),
    };
}

/** File contents that the kernel gives up first; named differently by the two versions of control groups. */
function cachedBytes({ stats }: Stats["memory_stats"], usage: number): number {
    const cached = stats?.["total_inactive_file"] ?? stats?.["inactive_file"] ?? 0;
    return cached < usage ? cached : 0;
}
