import type { ContainerStats } from "../../../common/schema/container-stats.ts";

type StatsRow = Readonly<Record<string, string>>;

const factors: Readonly<Record<string, number>> = {
    B: 1,
    kB: 1e3,
    KB: 1e3,
    MB: 1e6,
    GB: 1e9,
    TB: 1e12,
    KiB: 2 ** 10,
    MiB: 2 ** 20,
    GiB: 2 ** 30,
    TiB: 2 ** 40,
};

/** The rows that `docker stats` prints, by container name, for the containers of a stack's services. */
export function readDockerStats(
    rows: Readonly<Record<string, StatsRow>>,
    serviceOf: (container: string) => string | undefined,
): readonly ContainerStats[] {
    return Object.entries(rows).flatMap(([container, row]) => {
        const service = serviceOf(container);
        return service === undefined ? [] : [readRow(container, service, row)];
    });
}

function readRow(container: string, service: string, row: StatsRow): ContainerStats {
    const [memoryBytes, memoryLimitBytes] = pair(row["MemUsage"]);
    const [receivedBytes, sentBytes] = pair(row["NetIO"]);
    const cpuPercent = Number.parseFloat(row["CPUPerc"] ?? "") || 0;
    return { container, service, cpuPercent, memoryBytes, memoryLimitBytes, receivedBytes, sentBytes };
}

/** `1.9MiB / 7.6GiB`. */
function pair(text = ""): readonly [number, number] {
    const [first = "", second = ""] = text.split("/");
    return [bytesIn(first), bytesIn(second)];
}

function bytesIn(text: string): number {
    const found = /^\s*([\d.]+)\s*([a-zA-Z]+)\s*$/.exec(text);
    return Number(found?.[1] ?? 0) * (factors[found?.[2] ?? "B"] ?? 1);
}

/** The service of a container that Compose named: `shop-web-1`, or `shop_web_1` as older versions did. */
export function serviceIn(stack: string, container: string): string | undefined {
    const separated = container.startsWith(`${stack}-`) || container.startsWith(`${stack}_`);
    const found = separated ? /^(.+)[-_]\d+$/.exec(container.slice(stack.length + 1)) : null;
    return found?.[1];
}
