/** What a container has used since it started, and what it has now. */
export interface UsageSample {
    readonly cpuNanoseconds: number;
    /** What the whole machine has used, all its cores together. */
    readonly systemNanoseconds: number;
    readonly cores: number;
    readonly memoryBytes: number;
    readonly memoryLimitBytes: number;
    readonly receivedBytes: number;
    readonly sentBytes: number;
}

/** What containers use. Both throw AppError `unavailable` while the engine is away. */
export interface ContainerUsage {
    /** Undefined for a container that is gone or does not run. */
    sample(id: string): Promise<UsageSample | undefined>;
    /** The rows that `docker stats` prints as JSON, of all running containers. */
    table(): Promise<readonly Readonly<Record<string, string>>[]>;
}

/** Percent of one core between two samples, computed as the docker command does. */
export function cpuPercent(before: UsageSample | undefined, now: UsageSample): number {
    const used = now.cpuNanoseconds - (before?.cpuNanoseconds ?? now.cpuNanoseconds);
    const passed = now.systemNanoseconds - (before?.systemNanoseconds ?? now.systemNanoseconds);
    return used > 0 && passed > 0 ? (used / passed) * now.cores * 100 : 0;
}
